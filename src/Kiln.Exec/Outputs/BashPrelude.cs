using System.Text;

namespace Kiln.Exec.Outputs;

/// <summary>
/// What bash sources before a user's script (through BASH_ENV, so that <c>$0</c>, line numbers and the exit code stay
/// the script's own): an EXIT trap that writes the declared variables, and a <c>trap</c> that keeps it when the script
/// sets its own. Nothing of it shows under <c>set -x</c>, and <c>set -eu</c> in the script do not reach it.
/// </summary>
internal static class BashPrelude
{
    // __kiln_before runs in front of the user's trap as well, because that trap may call exit; it hands on $? through
    // the two branches of an if, the only place where set -e lets a status pass.
    private const string Functions = """
        unset BASH_ENV
        __kiln_trap=
        __kiln_write() {
            local IFS=' ' __kiln_name
            for __kiln_name in "${__kiln_names[@]}"; do
                if [[ -v $__kiln_name ]]; then
                    builtin printf '%s=%s\0' "$__kiln_name" "${!__kiln_name}"
                fi
            done >| "$__kiln_file"
        }
        __kiln_before() {
            local __kiln_code=$?
            local -; set +xveuCET
            __kiln_write
            return "$__kiln_code"
        }
        __kiln_after() {
            local -; set +xveuCET
            __kiln_write
            return 0
        }
        __kiln_arm() {
            if [[ $__kiln_trap == *[![:space:]]* ]]; then
                builtin trap -- "if { __kiln_before; } 2>/dev/null; then
        $__kiln_trap
        else
        $__kiln_trap
        fi
        { __kiln_after; } 2>/dev/null" EXIT
            else
                builtin trap -- '{ __kiln_after; } 2>/dev/null' EXIT
            fi
        }
        __kiln_print() {
            if [[ -n $__kiln_trap ]]; then
                builtin printf "trap -- '%s' EXIT\n" "${__kiln_trap//\'/\'\\\'\'}"
            fi
        }
        trap() {
            { local -; set +xveuET; local __kiln_spec __kiln_action __kiln_exit= __kiln_status=0 IFS=' '; } 2>/dev/null
            { local -a __kiln_rest=(); } 2>/dev/null
            if (($# == 0)) || [[ $# == 1 && $1 == -p ]]; then
                __kiln_print
                builtin trap -p {1..31} DEBUG ERR RETURN
                return
            fi
            if [[ $1 == -p ]]; then
                for __kiln_spec in "${@:2}"; do
                    case $__kiln_spec in
                        [Ee][Xx][Ii][Tt] | 0) __kiln_print ;;
                        *) builtin trap -p "$__kiln_spec" || __kiln_status=1 ;;
                    esac
                done
                return "$__kiln_status"
            fi
            if [[ $1 == -l ]]; then
                builtin trap -l
                return
            fi
            if [[ $1 == -- ]]; then shift; fi
            if (($# == 1)) || [[ ${1-} == [0-9]* ]]; then
                __kiln_action=-
            else
                __kiln_action=${1-}
                shift
            fi
            for __kiln_spec; do
                case $__kiln_spec in
                    [Ee][Xx][Ii][Tt] | 0) __kiln_exit=1 ;;
                    *) __kiln_rest+=("$__kiln_spec") ;;
                esac
            done
            if ((${#__kiln_rest[@]})); then
                builtin trap -- "$__kiln_action" "${__kiln_rest[@]}" || __kiln_status=$?
            fi
            if [[ $__kiln_exit ]]; then
                if ((BASH_SUBSHELL)); then
                    builtin trap -- "$__kiln_action" EXIT
                else
                    __kiln_trap=$__kiln_action
                    if [[ $__kiln_trap == - ]]; then __kiln_trap=; fi
                    __kiln_arm
                fi
            fi
            return "$__kiln_status"
        }
        __kiln_arm

        """;

    /// <param name="names">Declared outputs.</param>
    /// <param name="file">Where the variables go: NAME=value, each ended by NUL.</param>
    /// <param name="userPrelude">BASH_ENV of the script's own environment, sourced last as bash would have; or <c>null</c>.</param>
    public static string Write(IReadOnlyList<string> names, string file, string? userPrelude)
    {
        var text = new StringBuilder();
        text.Append("__kiln_names=(").AppendJoin(' ', names.Select(Quote)).Append(")\n");
        text.Append("__kiln_file=").Append(Quote(file)).Append('\n');
        text.Append(Functions);
        if (!string.IsNullOrEmpty(userPrelude))
        {
            var quoted = Quote(userPrelude);
            text.Append("export BASH_ENV=").Append(quoted).Append("\n[[ ! -r $BASH_ENV ]] || . \"$BASH_ENV\"\n");
        }

        return text.ToString();
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''") + "'";
}
