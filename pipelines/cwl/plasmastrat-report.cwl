#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: plasmastrat report, the cohort's table, page and MultiQC file
doc: One row for each sample of the sheet; one without a result is "failed", with the error that its log ends with.

baseCommand: [plasmastrat, report, results]
# 1: some samples failed; the files are there all the same, or this step fails for want of them
successCodes: [0, 1]
permanentFailCodes: [2]

requirements:
  InlineJavascriptRequirement: {}
  InitialWorkDirRequirement:
    listing: |
      ${
        return [{"class": "Directory", "basename": "results", "listing": inputs.results},
                {"class": "Directory", "basename": "logs", "listing": inputs.logs}];
      }
hints:
  DockerRequirement:
    dockerPull: plasmastrat:1.0.0-rc1
  SoftwareRequirement:
    packages:
      plasmastrat: {}

arguments: [--logs, logs, --pages-beside, --outdir, .]

inputs:
  sheet:
    type: File
    inputBinding: {prefix: --sheet}
  results:
    type: File[]
    doc: ID.json of every sample that has one
  logs:
    type: File[]
    doc: ID.log of every sample

outputs:
  table:
    type: File
    outputBinding: {glob: cohort.tsv}
  page:
    type: File
    outputBinding: {glob: cohort.html}
  multiqc:
    type: File
    outputBinding: {glob: plasmastrat_mqc.json}
  maf:
    type: File
    outputBinding: {glob: cohort.maf}
  cbioportal:
    type: File
    outputBinding: {glob: cbioportal_samples.txt}
