# bash completion for plasmastrat. Commands and options are asked of the program itself.
_plasmastrat() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} command=${COMP_WORDS[1]} words
    if [[ $COMP_CWORD -eq 1 || ($command == help && $COMP_CWORD -eq 2) ]]; then
        words=$("$program" help 2>/dev/null | sed -nE 's/^  ([a-z]+) +.*/\1/p')
        [[ $cur == -* ]] && words="--help --version"
    elif [[ $cur == -* ]]; then
        words=$("$program" "$command" --help 2>/dev/null | sed -nE 's/^ +(-.,)? +(--[a-z-]+).*/\2/p')
    else
        case $prev in
        --specimen) words="lesion marrow unknown" ;;
        -p | --panel) words="grch38 grch37 $(compgen -d -- "$cur")" ;;
        *)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return
            ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _plasmastrat plasmastrat
