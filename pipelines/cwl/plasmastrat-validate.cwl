#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: plasmastrat validate, expected against found
doc: What is known of samples against what the program finds (pipelines/VALIDATION.md). The sheet names its files without folders.

baseCommand: [plasmastrat, validate]
# 1: a criterion or a sample failed; the files are there all the same, or this step fails for want of them
successCodes: [0, 1]
permanentFailCodes: [2]

requirements:
  InlineJavascriptRequirement: {}
  InitialWorkDirRequirement:
    listing: [$(inputs.sheet), $(inputs.files)]
hints:
  DockerRequirement:
    dockerPull: plasmastrat:1.0.0-rc1
  SoftwareRequirement:
    packages:
      plasmastrat: {}

arguments: [--outdir, validation]

inputs:
  sheet:
    type: File
    inputBinding: {position: 1, valueFrom: $(self.basename)}
  files:
    type: File[]
    doc: What the sheet names, ID.evidence.gz as a rule; indexes of alignments too
  protocol:
    type: File?
    inputBinding: {prefix: --protocol}

outputs:
  page:
    type: File
    outputBinding: {glob: validation/validation.html}
  json:
    type: File
    outputBinding: {glob: validation/validation.json}
  table:
    type: File
    outputBinding: {glob: validation/validation.tsv}
  measures:
    type: File
    outputBinding: {glob: validation/validation_measures.tsv}
