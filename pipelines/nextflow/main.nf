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

// the columns that name files, and those that state something
def roles() {
    return ['rna', 'dna', 'normal', 'vcf', 'sv', 'cnv', 'counts']
}

// the lines of a sheet as spreadsheet programs save it, without comments; the header comes first
def sheetLines(sheet) {
    def bytes = sheet.bytes
    def wide = bytes.length > 1 && (bytes[0] & 0xff) + (bytes[1] & 0xff) == 0xff + 0xfe
    return new String(bytes, wide ? 'UTF-16' : 'UTF-8').replace('\uFEFF', '').replace('\u00A0', ' ').split(/\r\n|\r|\n/)
        .findAll { line -> line.replaceAll(/[\t,; ]/, '') && !line.toLowerCase().startsWith('sep=') }
        .findAll { line -> !line.startsWith('#') || line.toLowerCase().contains('sample_id') }
}

// null where a cell says that there is none
def cell(row, column) {
    def text = row[column]?.trim()
    return text && !(text.toUpperCase() in ['.', 'NA', 'N/A', '#N/A']) ? text : null
}

// "80%" and "0,8" as the option takes them
def stated(row, column) {
    def text = cell(row, column)
    if (!text || column != 'purity') {
        return text
    }
    def number = text.replace(',', '.').replace('%', '').trim()
    return text.contains('%') && number.isNumber() ? "${number.toDouble() / 100}" : number
}

// relative to the sheet, unless absolute or a URL
def locate(sheet, name) {
    return name.startsWith('/') || name.contains('://') ? file(name) : file("${sheet.toAbsolutePath().parent}/${name}")
}

// [file, index] as the program would find them. A file that is not there is left to the program: that sample fails, saying so,
// and the others go on.
def withIndex(sheet, text) {
    def names = text.trim().split('##idx##')
    def reads = locate(sheet, names[0])
    def index = names.size() > 1
        ? locate(sheet, names[1])
        : ['.bai', '.csi', '.crai', '.tbi']
            .collect { ending -> locate(sheet, "${names[0]}${ending}") }
            .plus([locate(sheet, names[0].replaceFirst(/\.bam$/, '.bai'))])
            .find { candidate -> candidate != reads && candidate.exists() }
    return index ? [reads, index] : [reads]
}

// the files of a cell, which | separates, and their indexes; [] if there are none
def filesOf(sheet, text) {
    return text ? text.tokenize('|').collectMany { name -> withIndex(sheet, name) } : []
}

workflow {
    main:
    if (!params.input || !params.outdir) {
        error("give --input SHEET and --outdir DIR")
    }
    def sheet = file(params.input, checkIfExists: true)
    def lines = sheetLines(sheet)
    def separator = ['\t', ';', ','].find { mark -> lines[0].contains(mark) } ?: ','
    def header = lines[0].replaceFirst(/^#/, '').split(separator, -1).collect { name -> name.replace('"', '').trim().toLowerCase() }

    samples = Channel.fromList(lines.drop(1))
        .splitCsv(sep: separator, quote: '"', header: header)
        .map { row ->
            def meta = [id: cell(row, 'sample_id')]
            ['purity', 'specimen', 'molecules'].each { column ->
                if (stated(row, column)) {
                    meta[column] = stated(row, column)
                }
            }
            [meta] + roles().collect { role -> filesOf(sheet, cell(row, role)) }
        }
    reference = params.fasta ? [[id: 'reference'], withIndex(sheet, file(params.fasta).toString())] : [[:], []]

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
