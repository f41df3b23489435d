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
  # Inputs lie in folders named after their role: the results name the same path on every run. A lane whose name is there
  # already lies in a folder of its own.
  InitialWorkDirRequirement:
    listing: |
      ${
        var roles = ["rna", "dna", "normal", "vcf", "sv", "cnv", "counts"], listing = [];
        roles.forEach(function (role) {
          var folders = [], names = [];
          [].concat(inputs[role] || []).forEach(function (file) {
            var k = 0;
            while (k < folders.length && names[k].indexOf(file.basename) >= 0) k++;
            if (k == folders.length) {
              folders.push([]);
              names.push([]);
            }
            names[k].push(file.basename);
            folders[k] = folders[k].concat([file], file.secondaryFiles || []);
          });
          folders.forEach(function (files, k) {
            listing.push({"class": "Directory", "basename": k ? role + (k + 1) : role, "listing": files});
          });
        });
        return listing;
      }
hints:
  DockerRequirement:
    dockerPull: plasmastrat:1.0.0-rc1
  SoftwareRequirement:
    packages:
      plasmastrat: {}

arguments:
  - prefix: --threads
    valueFrom: $(runtime.cores)
  - prefix: --outdir
    valueFrom: .
  - valueFrom: |
      ${
        var roles = ["rna", "dna", "normal", "vcf", "sv", "cnv", "counts"], words = [];
        roles.forEach(function (role) {
          var seen = {};
          [].concat(inputs[role] || []).forEach(function (file) {
            var k = seen[file.basename] = (seen[file.basename] || 0) + 1;
            words.push("--" + role, (k > 1 ? role + k : role) + "/" + file.basename);
          });
        });
        return words;
      }

inputs:
  sample_id:
    type: string
    inputBinding: {prefix: --id}
  rna:
    type: File[]?
    doc: RNA alignments of the tumour (BAM, CRAM, SAM), with their index if there is one; several are lanes
    secondaryFiles: &alignment_index
      - {pattern: .bai, required: false}
      - {pattern: ^.bai, required: false}
      - {pattern: .csi, required: false}
      - {pattern: .crai, required: false}
  dna:
    type: File[]?
    doc: DNA alignments of the tumour
    secondaryFiles: *alignment_index
  normal:
    type: File[]?
    doc: DNA alignments of the matched normal
    secondaryFiles: *alignment_index
  vcf:
    type: File?
    doc: variants already called for this tumour (VCF, BCF or MAF)
    secondaryFiles: &variant_index
      - {pattern: .tbi, required: false}
      - {pattern: .csi, required: false}
  sv:
    type: File?
    doc: structural variants already called (VCF)
    secondaryFiles: *variant_index
  cnv:
    type: File?
    doc: copy-number segments already called
    secondaryFiles: *variant_index
  counts:
    type: File?
    doc: gene counts of the RNA
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
  molecules:
    type: double?
    doc: haploid genomes that the DNA library began with
    inputBinding: {prefix: --molecules}

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
  evidence:
    type: File?
    outputBinding: {glob: $(inputs.sample_id).evidence.gz}
  summary:
    type: stdout
  log:
    type: stderr
