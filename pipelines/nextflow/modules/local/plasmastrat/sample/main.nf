process PLASMASTRAT_SAMPLE {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container 'plasmastrat:1.0.0-rc1'

    input:
    // each input is [] or its files and their indexes (of rna, dna and normal also several lanes, of different names); folders
    // by role keep names from clashing
    tuple val(meta), path(rna, stageAs: 'rna/*'), path(dna, stageAs: 'dna/*'), path(normal, stageAs: 'normal/*'), path(vcf, stageAs: 'vcf/*'), path(sv, stageAs: 'sv/*'), path(cnv, stageAs: 'cnv/*'), path(counts, stageAs: 'counts/*')
    tuple val(meta2), path(fasta, stageAs: 'reference/*')

    output:
    tuple val(meta), path("${prefix}.json"), emit: json
    tuple val(meta), path("${prefix}.html"), emit: html
    tuple val(meta), path("${prefix}.ras.vcf.gz"), path("${prefix}.ras.vcf.gz.tbi"), emit: vcf
    tuple val(meta), path("${prefix}.evidence.gz"), emit: evidence
    tuple val(meta), path("${prefix}.txt"), emit: summary
    tuple val("${task.process}"), val('plasmastrat'), eval("plasmastrat --version | sed -n 's/^plasmastrat //p'"), topic: versions, emit: versions_plasmastrat

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def inputs = [rna: rna, dna: dna, normal: normal, vcf: vcf, sv: sv, cnv: cnv, counts: counts, reference: fasta]
        .collectMany { option, given ->
            [given].flatten()
                .findAll { file -> !(file.name ==~ /.*\.(bai|csi|crai|tbi|fai|gzi)/) }
                .collect { file -> "--${option} '${file}'" }
        }
        .join(' ')
    def stated = ['purity', 'specimen', 'molecules']
        .findAll { name -> meta[name] }
        .collect { name -> "--${name} ${meta[name]}" }
        .join(' ')
    """
    plasmastrat sample \\
        --id '${prefix}' \\
        ${inputs} \\
        ${stated} \\
        --threads ${task.cpus} \\
        --outdir . \\
        ${args} > '${prefix}.txt'
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch '${prefix}.json' '${prefix}.html' '${prefix}.ras.vcf.gz.tbi' '${prefix}.txt'
    echo '' | gzip > '${prefix}.ras.vcf.gz'
    echo '' | gzip > '${prefix}.evidence.gz'
    """
}
