version 1.0
# Labels every sample, one call a sample, then makes the cohort's table, page and MultiQC file.
#
#   miniwdl run pipelines/wdl/plasmastrat.wdl -i inputs.json

struct PlasmastratInput {
    String sample_id
    Array[File]? rna
    Array[File]? rna_indexes
    Array[File]? dna
    Array[File]? dna_indexes
    Array[File]? normal
    Array[File]? normal_indexes
    File? vcf
    File? sv
    File? cnv
    File? counts
    Float? purity
    String? specimen
    Float? molecules
}

workflow plasmastrat {
    input {
        Array[PlasmastratInput] samples
        File? fasta
        File? fasta_fai
        String docker = "plasmastrat:1.0.0-rc1"
    }

    scatter (one in samples) {
        call sample {
            input:
                sample_id = one.sample_id,
                rna = one.rna,
                rna_indexes = one.rna_indexes,
                dna = one.dna,
                dna_indexes = one.dna_indexes,
                normal = one.normal,
                normal_indexes = one.normal_indexes,
                vcf = one.vcf,
                sv = one.sv,
                cnv = one.cnv,
                counts = one.counts,
                purity = one.purity,
                specimen = one.specimen,
                molecules = one.molecules,
                fasta = fasta,
                fasta_fai = fasta_fai,
                docker = docker
        }
    }

    call report {
        input:
            results = sample.json,
            docker = docker
    }

    output {
        Array[File] json = sample.json
        Array[File] html = sample.html
        Array[File] ras_vcf = sample.ras_vcf
        Array[File] ras_vcf_index = sample.ras_vcf_index
        Array[File] evidence = sample.evidence
        Array[File] summary = sample.summary
        File table = report.table
        File page = report.page
        File multiqc = report.multiqc
        File maf = report.maf
        File cbioportal = report.cbioportal
    }
}

task sample {
    input {
        String sample_id
        Array[File]? rna
        Array[File]? rna_indexes
        Array[File]? dna
        Array[File]? dna_indexes
        Array[File]? normal
        Array[File]? normal_indexes
        File? vcf
        File? sv
        File? cnv
        File? counts
        Float? purity
        String? specimen
        Float? molecules
        File? fasta
        File? fasta_fai
        String options = ""
        String docker = "plasmastrat:1.0.0-rc1"
        Int threads = 2
        Int memory_gb = 1
    }

    Array[File] rna_lanes = select_first([rna, []])
    Array[File] dna_lanes = select_first([dna, []])
    Array[File] normal_lanes = select_first([normal, []])
    Array[File] indexes = flatten([select_first([rna_indexes, []]), select_first([dna_indexes, []]), select_first([normal_indexes, []]),
        select_all([fasta_fai])])

    # An index that the engine put into another folder is linked beside its file.
    command <<<
        set -euo pipefail
        while read -r index; do
            [ -n "$index" ] || continue
            while read -r file; do
                case $(basename "$index") in
                "$(basename "$file")".* | "$(basename "${file%.bam}")".bai)
                    [ -e "$(dirname "$file")/$(basename "$index")" ] || ln -s "$index" "$(dirname "$file")/"
                    ;;
                esac
            done < ~{write_lines(flatten([rna_lanes, dna_lanes, normal_lanes, select_all([fasta])]))}
        done < ~{write_lines(indexes)}
        plasmastrat sample \
            --id '~{sample_id}' \
            ~{true="--rna" false="" length(rna_lanes) > 0} ~{sep=" --rna " rna_lanes} \
            ~{true="--dna" false="" length(dna_lanes) > 0} ~{sep=" --dna " dna_lanes} \
            ~{true="--normal" false="" length(normal_lanes) > 0} ~{sep=" --normal " normal_lanes} \
            ~{"--vcf " + vcf} ~{"--sv " + sv} ~{"--cnv " + cnv} ~{"--counts " + counts} \
            ~{"--reference " + fasta} \
            ~{"--purity " + purity} ~{"--specimen " + specimen} ~{"--molecules " + molecules} \
            --threads ~{threads} --outdir . ~{options} > '~{sample_id}.txt'
    >>>

    output {
        File json = sample_id + ".json"
        File html = sample_id + ".html"
        File ras_vcf = sample_id + ".ras.vcf.gz"
        File ras_vcf_index = sample_id + ".ras.vcf.gz.tbi"
        File evidence = sample_id + ".evidence.gz"
        File summary = sample_id + ".txt"
    }

    runtime {
        docker: docker
        cpu: threads
        memory: memory_gb + " GB"
    }

    parameter_meta {
        rna: "RNA alignments of the tumour; several are lanes"
        dna: "DNA alignments of the tumour; several are lanes"
        normal: "DNA alignments of the matched normal; several are lanes"
        vcf: "variants already called for this tumour (VCF, BCF or MAF)"
        sv: "structural variants already called (VCF)"
        cnv: "copy-number segments already called"
        counts: "gene counts of the RNA"
        purity: "tumour share of the cells, above 0, at most 1"
        specimen: "lesion, marrow or unknown"
        molecules: "haploid genomes that the DNA library began with"
        options: "further options of plasmastrat sample"
    }

    meta {
        description: "Labels one myeloma sample plasmacytoma-like or intramedullary. Research use only."
    }
}

task report {
    input {
        Array[File] results
        String docker = "plasmastrat:1.0.0-rc1"
        Int memory_gb = 1
    }

    command <<<
        set -euo pipefail
        plasmastrat report ~{sep=" " results} --pages-beside --outdir .
    >>>

    output {
        File table = "cohort.tsv"
        File page = "cohort.html"
        File multiqc = "plasmastrat_mqc.json"
        File maf = "cohort.maf"
        File cbioportal = "cbioportal_samples.txt"
    }

    runtime {
        docker: docker
        cpu: 1
        memory: memory_gb + " GB"
    }

    meta {
        description: "Makes the cohort's table, page and MultiQC file from results that exist"
    }
}
