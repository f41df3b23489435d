#!/usr/bin/env nextflow
// Labels every sample of a sheet, one task a sample, then makes the cohort's table, page and MultiQC file.
//
//   nextflow run pipelines/nextflow --input sheet.tsv --outdir results -profile slurm
//
// A sample that fails is a failed task that is ignored: the others go on, the cohort's row says "failed", the exit status
// is 1 at the end, and -resume tries it again. Lost nodes and killed tasks are retried first (conf in nextflow.config).
nextflow.preview.topic = true

include { PLASMASTRAT_SAMPLE } from './modules/local/plasmastrat/sample/main'
include { PLASMASTRAT_REPORT } from './modules/local/plasmastrat/report/main'

// "" and "." mean none
def cell(row, column) {
    def text = row[column]?.trim()
    return text && text != '.' ? text : null
}

// relative to the sheet, unless absolute or a URL
def locate(sheet, name) {
    return name.startsWith('/') || name.contains('://') ? file(name) : file("${sheet.toAbsolutePath().parent}/${name}")
}

// [file, index] as the program would find them; [] if the sheet gives none. A file that is not there is left to the
// program: that sample fails, saying so, and the others go on.
def alignment(sheet, text) {
    if (!text) {
        return []
    }
    def names = text.tokenize('#').findAll { part -> part != 'idx' }
    def reads = locate(sheet, names[0])
    def index = names.size() > 1
        ? locate(sheet, names[1])
        : ['.bai', '.csi', '.crai', '.tbi']
            .collect { ending -> locate(sheet, "${names[0]}${ending}") }
            .plus([locate(sheet, names[0].replaceFirst(/\.bam$/, '.bai'))])
            .find { candidate -> candidate != reads && candidate.exists() }
    return index ? [reads, index] : [reads]
}

workflow {
    main:
    if (!params.input || !params.outdir) {
        error("give --input SHEET and --outdir DIR")
    }
    def sheet = file(params.input, checkIfExists: true)
    def lines = sheet.readLines().findAll { line -> line.trim() && !line.startsWith('##') }
    def separator = lines[0].contains('\t') ? '\t' : ','
    def header = lines[0].replaceFirst(/^\uFEFF?#?/, '').split(separator, -1).collect { name -> name.replaceAll('"', '').trim() }

    samples = Channel.fromList(lines.drop(1))
        .splitCsv(sep: separator, quote: '"', header: header)
        .map { row ->
            def meta = [id: cell(row, 'sample_id')]
            ['purity', 'specimen'].each { column ->
                if (cell(row, column)) {
                    meta[column] = cell(row, column)
                }
            }
            [meta] + ['rna', 'dna', 'normal', 'vcf'].collect { role -> alignment(sheet, cell(row, role)) }
        }
    reference = params.fasta ? [[id: 'reference'], alignment(sheet, file(params.fasta).toString())] : [[:], []]

    PLASMASTRAT_SAMPLE(samples, reference)
    PLASMASTRAT_REPORT(
        [[id: 'cohort'], sheet],
        PLASMASTRAT_SAMPLE.out.json.map { _meta, json -> json }.collect(sort: true).ifEmpty([])
    )

    channel.topic('versions')
        .unique()
        .map { process, tool, version -> "${process}:\n    ${tool}: ${version}" }
        .collectFile(name: 'versions.yml', storeDir: "${params.outdir}/pipeline_info", newLine: true, sort: true)
}
