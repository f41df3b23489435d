#!/bin/bash
# pipelines/nextflow with the real engine.
set -u
. "$(dirname "$0")/lib.sh"
begin
direct_batch || bad "direct batch"
cd "$scratch" || exit 2
flow=$pipelines/nextflow
export NXF_HOME=$scratch/home NXF_OFFLINE=true NXF_ANSI_LOG=false NXF_DISABLE_CHECK_LATEST=true

check "parameter schema" python3 - "$flow" <<'PY'
import json, re, sys
flow = sys.argv[1]
schema = json.load(open(flow + "/nextflow_schema.json"))
described = {k: v for d in schema["$defs"].values() for k, v in d["properties"].items()}
config = re.search(r"params \{(.*?)\}", open(flow + "/nextflow.config").read(), re.S)[1]
settings = dict(re.findall(r"^\s*(\w+)\s*=\s*(\S+)", config, re.M))
assert set(described) == set(settings), (set(described), set(settings))
for name, value in settings.items():
    default = described[name].get("default")
    assert value == ("null" if default is None else repr(default)), (name, value, default)
import jsonschema
for name in ("nextflow_schema.json", "assets/schema_input.json"):
    jsonschema.Draft202012Validator.check_schema(json.load(open(f"{flow}/{name}")))
rows = [{"sample_id": "S1", "dna": "a.bam|b.bam", "purity": 0.5, "specimen": "lesion", "molecules": 3000},
        {"sample_id": "S2", "sv": "a.vcf"}, {"sample_id": "S3", "cnv": "a.cns"}, {"sample_id": "S4", "counts": "a.txt"}]
rows_schema = json.load(open(flow + "/assets/schema_input.json"))
jsonschema.validate(rows, rows_schema)
roles = re.search(r"return \['rna'.*\]", open(flow + "/main.nf").read())[0]
columns = set(re.findall(r"'(\w+)'", roles)) | {"sample_id", "purity", "specimen", "molecules"}
assert set(rows_schema["items"]["properties"]) == columns, columns
try:
    jsonschema.validate([{"sample_id": "S1"}], json.load(open(flow + "/assets/schema_input.json")))
    raise SystemExit("a row without inputs was accepted")
except jsonschema.ValidationError:
    pass
PY
check "meta.yml names the outputs of main.nf" python3 - "$flow" <<'PY'
import re, sys
for module in ("sample", "report", "validate"):
    folder = f"{sys.argv[1]}/modules/local/plasmastrat/{module}"
    emitted = set(re.findall(r"emit: (\w+)", open(folder + "/main.nf").read()))
    text = open(folder + "/meta.yml").read()
    outputs = text[text.index("\noutput:"):text.index("\ntopics:")]
    assert emitted == set(re.findall(r"^  (\w+):", outputs, re.M)), (emitted, outputs)
PY
if ! have mvn || ! have java; then
    skip "Nextflow runs" "no mvn or java"
    finish
fi
if ! "$here/nextflow/nextflow" -version >version.log 2>&1; then
    skip "Nextflow runs" "Nextflow cannot be fetched: $(grep -m 1 ERROR version.log)"
    finish
fi
run() { "$here/nextflow/nextflow" -log nextflow.log run "$flow" -profile local "$@"; }

check "run" run --input data/sheet.tsv --outdir one
same_results Nextflow one direct
multiqc_sees Nextflow one
grep -q "plasmastrat: $(plasmastrat --version | sed -n 's/^plasmastrat //p')" one/pipeline_info/versions.yml && ok || bad "versions" one/pipeline_info/versions.yml
exits 1 "two of eight samples fail" run --input data/failing.tsv --outdir two -resume
[ "$(grep -c 'Cached process > PLASMASTRAT_SAMPLE' check.log)" = 6 ] && ok || bad "done samples come from the cache" check.log
rm -f direct_failing/{cohort.tsv,cohort.html,plasmastrat_mqc.json} # a task that failed hands over no message
same_results "Nextflow, failed samples" two direct_failing
[ "$(cut -f 1,2 two/cohort.tsv | grep -c failed)" = 2 ] && ok || bad "failed rows" two/cohort.tsv
cp data/dna/PCL01.dna.bam data/dna/CUT01.dna.bam && cp data/dna/PCL01.dna.bam data/dna/GONE1.dna.bam
check "repaired" run --input data/failing.tsv --outdir three -resume
[ "$(grep -c 'Submitted process > PLASMASTRAT_SAMPLE' check.log)" = 2 ] && ok || bad "only the failed samples run again" check.log
wide_sheet || bad "direct batch of every column"
check "every column" run --input data/wide.csv --outdir wide
same_results "Nextflow, every column" wide direct_wide
check "stub" run --input data/sheet.tsv --outdir stub -stub
[ -e stub/PCL01.json ] && [ ! -s stub/PCL01.json ] && [ -e stub/PCL01.evidence.gz ] && ok || bad "stub files"
exits 1 "no --input" run
finish
