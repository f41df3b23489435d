#!/bin/sh
# The version stands in include/plasmastrat/result.h. What others read, the packages and the citation, name the same one: conda without the
# hyphen (1.0.0rc1), Debian's make_deb.sh makes its own (1.0.0~rc1). The CHANGELOG has a section for it.
set -u
cd "$(dirname "$0")/.." || exit 2
version=$(sed -n 's/^#define PS_VERSION "\(.*\)"/\1/p' include/plasmastrat/result.h)
conda=$(echo "$version" | sed 's/-//')
failed=0
while read -r file text; do
    grep -qF -- "$(echo "$text" | sed "s/%V/$version/; s/%C/$conda/")" "$file" || {
        echo "versions: $file does not name $version as: $text"
        failed=1
    }
done <<'FILES'
CHANGELOG.md ## %V
CITATION.cff version: %V
pipelines/galaxy/plasmastrat.xml <token name="@TOOL_VERSION@">%V</token>
pipelines/galaxy/plasmastrat.xml note = {version %V}
pipelines/wdl/plasmastrat.wdl plasmastrat:%V
pipelines/cwl/plasmastrat-sample.cwl plasmastrat:%V
pipelines/cwl/plasmastrat-report.cwl plasmastrat:%V
pipelines/cwl/plasmastrat-validate.cwl plasmastrat:%V
pipelines/nextflow/nextflow.config version         = '%V'
pipelines/nextflow/modules/local/plasmastrat/sample/main.nf plasmastrat:%V
pipelines/nextflow/modules/local/plasmastrat/report/main.nf plasmastrat:%V
pipelines/nextflow/modules/local/plasmastrat/validate/main.nf plasmastrat:%V
pipelines/nextflow/modules/local/plasmastrat/sample/environment.yml plasmastrat=%C
pipelines/nextflow/modules/local/plasmastrat/report/environment.yml plasmastrat=%C
pipelines/nextflow/modules/local/plasmastrat/validate/environment.yml plasmastrat=%C
pipelines/nextflow/modules/local/plasmastrat/sample/tests/main.nf.test.snap "%V"
pipelines/snakemake/wrapper/environment.yaml plasmastrat =%C
pipelines/packaging/conda/meta.yaml version = "%C"
pipelines/packaging/Containerfile image.version="%V"
pipelines/packaging/apptainer.def image.version %V
FILES
# no older one is left behind in the packages
old=$(grep -rnE 'plasmastrat( ?=+|:)[0-9][0-9.a-z-]*' pipelines | grep -vE "plasmastrat( ?=+|:)($version|$conda)([^0-9a-z.-]|\$)")
[ -z "$old" ] || {
    echo "versions: another version: $old"
    failed=1
}
exit $failed
