"""plasmastrat validate: expected against found, from a sheet of samples of known truth (pipelines/VALIDATION.md).

    configfile or config:  plasmastrat_validate: {sheet: truth.tsv, outdir: validation, protocol: protocol.tsv, program: plasmastrat}

Target: plasmastrat_validate. Files that the sheet names are not inputs of the rule: remove its output, or force it, when they change.
The page is delivered also when a criterion fails: "passed" of the JSON's protocol and the log say so.
"""
import shlex

PLASMASTRAT_VALIDATE = {
    "sheet": "truth.tsv", "outdir": "validation", "protocol": "", "program": "plasmastrat", "options": "", "threads": 2, "mem_mb": 1000, "runtime": 120,
    **globals().get("config", {}).get("plasmastrat_validate", {}),
}


rule plasmastrat_validate:
    input:
        sheet=PLASMASTRAT_VALIDATE["sheet"],
        protocol=PLASMASTRAT_VALIDATE["protocol"] or [],
    output:
        html=PLASMASTRAT_VALIDATE["outdir"] + "/validation.html",
        json=PLASMASTRAT_VALIDATE["outdir"] + "/validation.json",
        tsv=PLASMASTRAT_VALIDATE["outdir"] + "/validation.tsv",
        measures=PLASMASTRAT_VALIDATE["outdir"] + "/validation_measures.tsv",
    log:
        PLASMASTRAT_VALIDATE["outdir"] + "/validation.log",
    params:
        program=PLASMASTRAT_VALIDATE["program"],
        options=PLASMASTRAT_VALIDATE["options"],
        outdir=PLASMASTRAT_VALIDATE["outdir"],
        protocol=lambda wildcards, input: "--protocol " + shlex.quote(str(input.protocol)) if input.protocol else "",
    threads: PLASMASTRAT_VALIDATE["threads"]
    resources:
        mem_mb=lambda wildcards, attempt: PLASMASTRAT_VALIDATE["mem_mb"] * attempt,
        runtime=lambda wildcards, attempt: PLASMASTRAT_VALIDATE["runtime"] * attempt,
    shell:
        "{params.program} validate {input.sheet:q} -o {params.outdir:q} {params.protocol} {params.options} -@ {threads} --force"
        " > {log:q} 2>&1 || [ $? -eq 1 ]"
