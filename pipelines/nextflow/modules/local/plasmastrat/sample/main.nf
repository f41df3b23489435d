process PLASMASTRAT_SAMPLE {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"

    input:
    // each input is [file] or [file, index], or []; folders by role keep names from clashing
    tuple val(meta), path(rna, stageAs: 'rna/*'), path(dna, stageAs: 'dna/*'), path(normal, stageAs: 'normal/*'), path(vcf, stageAs: 'vcf/*')
    tuple val(meta2), path(fasta, stageAs: 'reference/*')

    output:
    tuple val(meta), path("${prefix}.json"), emit: json
    tuple val(meta), path("${prefix}.html"), emit: html
    tuple val(meta), path("${prefix}.ras.vcf.gz"), path("${prefix}.ras.vcf.gz.tbi"), emit: vcf
    tuple val(meta), path("${prefix}.txt"), emit: summary
    tuple val("${task.process}"), val('plasmastrat'), eval("plasmastrat --version | sed -n 's/^plasmastrat //p'"), topic: versions, emit: versions_plasmastrat

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def inputs = [rna: rna, dna: dna, normal: normal, vcf: vcf, reference: fasta]
        .collectEntries { option, given -> [option, [given].flatten()] }
        .findAll { _option, files -> files }
        .collect { option, files -> "--${option} '${files[0]}'" }
        .join(' ')
    def purity = meta.purity ? "--purity ${meta.purity}" : ''
    def specimen = meta.specimen ? "--specimen ${meta.specimen}" : ''
    """
    plasmastrat sample \\
        --id '${prefix}' \\
        ${inputs} \\
        ${purity} ${specimen} \\
        --threads ${task.cpus} \\
        --outdir . \\
        ${args} > '${prefix}.txt'
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch '${prefix}.json' '${prefix}.html' '${prefix}.ras.vcf.gz.tbi' '${prefix}.txt'
    echo '' | gzip > '${prefix}.ras.vcf.gz'
    """
}
