process PLASMASTRAT_REPORT {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container 'plasmastrat:1.0.0-rc1'

    input:
    tuple val(meta), path(sheet)
    path results, stageAs: 'results/*'

    output:
    tuple val(meta), path('cohort.tsv'), emit: table
    tuple val(meta), path('cohort.html'), emit: page
    tuple val(meta), path('plasmastrat_mqc.json'), emit: multiqc
    tuple val(meta), path('cohort.maf'), emit: maf
    tuple val(meta), path('cbioportal_samples.txt'), emit: cbioportal
    tuple val("${task.process}"), val('plasmastrat'), eval("plasmastrat --version | sed -n 's/^plasmastrat //p'"), topic: versions, emit: versions_plasmastrat

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    // exit status 1: some samples failed; the files are there all the same, or this task fails for want of them
    """
    mkdir -p results
    plasmastrat report results --sheet '${sheet}' --pages-beside --outdir . ${args} || [ \$? -eq 1 ]
    """

    stub:
    """
    touch cohort.tsv cohort.html plasmastrat_mqc.json cohort.maf cbioportal_samples.txt
    """
}
