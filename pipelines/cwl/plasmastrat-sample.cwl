#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: plasmastrat sample, labels one myeloma sample
doc: |
  Exit status 1 (this sample cannot be labelled) counts as done, with the log as the only output, so that one bad file
  does not end a scatter over thousands; the cohort table says which samples failed and why.

baseCommand: [plasmastrat, sample]
successCodes: [0, 1]
permanentFailCodes: [2]

requirements:
  InlineJavascriptRequirement: {}
  ResourceRequirement:
    coresMin: 2
    ramMin: 1000
  # Inputs lie in folders named after their role: names cannot clash, and the results name the same path on every run.
  InitialWorkDirRequirement:
    listing: |
      ${
        var listing = [];
        ["rna", "dna", "normal", "vcf"].forEach(function (role) {
          if (inputs[role]) {
            listing.push({"class": "Directory", "basename": role, "listing":
              [inputs[role]].concat(inputs[role].secondaryFiles || [])});
          }
        });
        return listing;
      }
hints:
  SoftwareRequirement:
    packages:
      plasmastrat: {}

arguments:
  - prefix: --threads
    valueFrom: $(runtime.cores)
  - prefix: --outdir
    valueFrom: .

inputs:
  sample_id:
    type: string
    inputBinding: {prefix: --id}
  rna:
    type: File?
    doc: RNA alignments of the tumour (BAM, CRAM, SAM), with their index if there is one
    secondaryFiles: &alignment_index
      - {pattern: .bai, required: false}
      - {pattern: ^.bai, required: false}
      - {pattern: .csi, required: false}
      - {pattern: .crai, required: false}
    inputBinding: {prefix: --rna, valueFrom: rna/$(self.basename)}
  dna:
    type: File?
    doc: DNA alignments of the tumour
    secondaryFiles: *alignment_index
    inputBinding: {prefix: --dna, valueFrom: dna/$(self.basename)}
  normal:
    type: File?
    doc: DNA alignments of the matched normal
    secondaryFiles: *alignment_index
    inputBinding: {prefix: --normal, valueFrom: normal/$(self.basename)}
  vcf:
    type: File?
    doc: variants already called for this tumour (VCF or BCF)
    secondaryFiles:
      - {pattern: .tbi, required: false}
      - {pattern: .csi, required: false}
    inputBinding: {prefix: --vcf, valueFrom: vcf/$(self.basename)}
  reference:
    type: File?
    doc: reference sequence, for CRAM
    secondaryFiles:
      - {pattern: .fai, required: false}
      - {pattern: .gzi, required: false}
    inputBinding: {prefix: --reference}
  model:
    type: string?
    inputBinding: {prefix: --model}
  purity:
    type: double?
    inputBinding: {prefix: --purity}
  specimen:
    type: string?
    inputBinding: {prefix: --specimen}

stdout: $(inputs.sample_id).txt
stderr: $(inputs.sample_id).log

outputs:
  json:
    type: File?
    outputBinding: {glob: $(inputs.sample_id).json}
  html:
    type: File?
    outputBinding: {glob: $(inputs.sample_id).html}
  ras_vcf:
    type: File?
    secondaryFiles: [.tbi]
    outputBinding: {glob: $(inputs.sample_id).ras.vcf.gz}
  summary:
    type: stdout
  log:
    type: stderr
