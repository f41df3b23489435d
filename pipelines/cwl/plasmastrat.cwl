#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: Workflow
label: plasmastrat over a sheet
doc: |
  Labels every sample, then makes the cohort's files. `job.py SHEET > job.json` writes the inputs from a sample sheet.

requirements:
  ScatterFeatureRequirement: {}
  StepInputExpressionRequirement: {}
  InlineJavascriptRequirement: {}
  SchemaDefRequirement:
    types:
      - name: sample
        type: record
        fields:
          sample_id: string
          rna:
            type: File[]?
            secondaryFiles: &alignment_index
              - {pattern: .bai, required: false}
              - {pattern: ^.bai, required: false}
              - {pattern: .csi, required: false}
              - {pattern: .crai, required: false}
          dna:
            type: File[]?
            secondaryFiles: *alignment_index
          normal:
            type: File[]?
            secondaryFiles: *alignment_index
          vcf:
            type: File?
            secondaryFiles: &variant_index
              - {pattern: .tbi, required: false}
              - {pattern: .csi, required: false}
          sv:
            type: File?
            secondaryFiles: *variant_index
          cnv:
            type: File?
            secondaryFiles: *variant_index
          counts: File?
          purity: double?
          specimen: string?
          molecules: double?

inputs:
  sheet: File
  samples: "#sample[]"
  reference:
    type: File?
    secondaryFiles:
      - {pattern: .fai, required: false}
      - {pattern: .gzi, required: false}
  model: string?

steps:
  sample:
    run: plasmastrat-sample.cwl
    scatter: one
    in:
      one: samples
      sample_id: {valueFrom: $(inputs.one.sample_id)}
      rna: {valueFrom: $(inputs.one.rna)}
      dna: {valueFrom: $(inputs.one.dna)}
      normal: {valueFrom: $(inputs.one.normal)}
      vcf: {valueFrom: $(inputs.one.vcf)}
      sv: {valueFrom: $(inputs.one.sv)}
      cnv: {valueFrom: $(inputs.one.cnv)}
      counts: {valueFrom: $(inputs.one.counts)}
      purity: {valueFrom: $(inputs.one.purity)}
      specimen: {valueFrom: $(inputs.one.specimen)}
      molecules: {valueFrom: $(inputs.one.molecules)}
      reference: reference
      model: model
    out: [json, html, ras_vcf, evidence, summary, log]
  report:
    run: plasmastrat-report.cwl
    in:
      sheet: sheet
      results: {source: sample/json, pickValue: all_non_null}
      logs: sample/log
    out: [table, page, multiqc, maf, cbioportal]

outputs:
  json: {type: "File[]", outputSource: sample/json, pickValue: all_non_null}
  html: {type: "File[]", outputSource: sample/html, pickValue: all_non_null}
  ras_vcf: {type: "File[]", outputSource: sample/ras_vcf, pickValue: all_non_null}
  evidence: {type: "File[]", outputSource: sample/evidence, pickValue: all_non_null}
  logs: {type: "File[]", outputSource: sample/log}
  table: {type: File, outputSource: report/table}
  page: {type: File, outputSource: report/page}
  multiqc: {type: File, outputSource: report/multiqc}
  maf: {type: File, outputSource: report/maf}
  cbioportal: {type: File, outputSource: report/cbioportal}
