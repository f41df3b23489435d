process PLASMASTRAT_VALIDATE {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container 'plasmastrat:1.0.0-rc1'

    input:
    tuple val(meta), path(sheet), path(protocol)
    path files // what the sheet names, by its file names

    output:
    tuple val(meta), path('validation/validation.html'), emit: page
    tuple val(meta), path('validation/validation.json'), emit: json
    tuple val(meta), path('validation/validation.tsv'), emit: table
    tuple val(meta), path('validation/validation_measures.tsv'), emit: measures
    tuple val("${task.process}"), val('plasmastrat'), eval("plasmastrat --version | sed -n 's/^plasmastrat //p'"), topic: versions, emit: versions_plasmastrat

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def criteria = protocol ? "--protocol '${protocol}'" : ''
    // exit status 1: a criterion or a sample failed; the files are there all the same, or this task fails for want of them
    """
    plasmastrat validate '${sheet}' --outdir validation ${criteria} --threads ${task.cpus} ${args} || status=\$?
    [ \${status:-0} -le 1 ] || exit \$status
    """

    stub:
    """
    mkdir validation
    touch validation/validation.html validation/validation.json validation/validation.tsv validation/validation_measures.tsv
    """
}
