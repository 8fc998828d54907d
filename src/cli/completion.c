/* SPDX-License-Identifier: MIT */
/* xylem completion: what a shell needs to complete the rest, made of the commands' own help. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

typedef void option_fn(const char *option, size_t len, const char *about, size_t about_len);

/* Give each option that the help of `command` lists to `fn`, as `--option`, with what is said about
 * it in the same line. */
static void each_option(const xy_command *command, option_fn *fn)
{
    for (const char *line = command->help; *line;) {
        size_t len = strcspn(line, "\n");
        const char *dashes = strncmp(line, "  -", 3) == 0 ? strstr(line, "--") : NULL;

        if (dashes && dashes < line + len) {
            size_t name = strcspn(dashes, " ,=\n");
            const char *about = dashes + name;

            while (about < line + len && !(about[0] == ' ' && about[1] == ' '))
                about++;
            about += strspn(about, " ");
            if (name > 2)
                fn(dashes, name, about, about < line + len ? (size_t)(line + len - about) : 0);
        }
        line += len + (line[len] == '\n');
    }
    fn("--help", 6, "tell about this command", 23);
}

/* Fill in what follows the first word of two. */
static bool starts_group(const xy_command *const *at, size_t *len)
{
    const char *space = strchr((*at)->name, ' ');

    if (!space)
        return false;
    *len = (size_t)(space - (*at)->name);
    return at == xy__commands || strncmp(at[-1]->name, (*at)->name, *len + 1) != 0;
}

static void print_first_words(void)
{
    for (const xy_command *const *at = xy__commands; *at; at++) {
        size_t len;

        if (starts_group(at, &len))
            printf("%.*s ", (int)len, (*at)->name);
        else if (!strchr((*at)->name, ' '))
            printf("%s ", (*at)->name);
    }
}

/* ---- bash ---- */

static void bash_option(const char *option, size_t len, const char *about, size_t about_len)
{
    (void)about;
    (void)about_len;
    printf(" %.*s", (int)len, option);
}

static void bash_groups(void)
{
    for (const xy_command *const *at = xy__commands; *at; at++) {
        size_t len;

        if (!starts_group(at, &len))
            continue;
        printf("    %.*s) words=\"", (int)len, (*at)->name);
        for (const xy_command *const *one = at;
             *one && strncmp((*one)->name, (*at)->name, len + 1) == 0; one++)
            printf("%s ", (*one)->name + len + 1);
        puts("--help\" ;;");
    }
}

static void print_bash(void)
{
    fputs("# bash completion of xylem; made by `xylem completion bash`\n"
          "_xylem()\n"
          "{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\"\"\n"
          "    local command=${COMP_WORDS[1]}\n"
          "    case $command in\n"
          "    g) command=generate ;;\n"
          "    esac\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          stdout);
    print_first_words();
    fputs(
        "--help --version\" -- \"$cur\"))\n"
        "        return\n"
        "    fi\n"
        "    case $prev in\n"
        "    --type) COMPREPLY=($(compgen -W \"liveQuery subscription\" -- \"$cur\")); return ;;\n"
        "    completion) COMPREPLY=($(compgen -W \"bash zsh fish\" -- \"$cur\")); return ;;\n"
        "    esac\n"
        "    if [ \"$COMP_CWORD\" -gt 2 ]; then\n"
        "        case \"$command ${COMP_WORDS[2]}\" in\n",
        stdout);
    for (const xy_command *const *at = xy__commands; *at; at++) {
        if (!strchr((*at)->name, ' '))
            continue;
        printf("        \"%s\") words=\"", (*at)->name);
        each_option(*at, bash_option);
        puts("\" ;;");
    }
    fputs("        esac\n"
          "    fi\n"
          "    [ -n \"$words\" ] || case $command in\n",
          stdout);
    bash_groups();
    for (const xy_command *const *at = xy__commands; *at; at++) {
        if (strchr((*at)->name, ' '))
            continue;
        printf("    %s) words=\"", (*at)->name);
        each_option(*at, bash_option);
        puts("\" ;;");
    }
    fputs("    esac\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "}\n"
          "complete -o default -F _xylem xylem\n",
          stdout);
}

/* ---- zsh ---- */

/* Text in single quotes of a shell, without what zsh and fish would read as more. */
static void print_quoted(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\'')
            fputs("'\\''", stdout);
        else
            putchar(strchr("[]:\\", text[i]) ? ' ' : text[i]);
}

static void zsh_option(const char *option, size_t len, const char *about, size_t about_len)
{
    printf(" '%.*s[", (int)len, option);
    print_quoted(about, about_len);
    fputs("]'", stdout);
}

static void zsh_first_words(void)
{
    for (const xy_command *const *at = xy__commands; *at; at++) {
        size_t len;

        if (starts_group(at, &len)) {
            printf(" '%.*s:several commands'", (int)len, (*at)->name);
        } else if (!strchr((*at)->name, ' ')) {
            printf(" '%s:", (*at)->name);
            print_quoted((*at)->summary, strlen((*at)->summary));
            putchar('\'');
        }
    }
}

static void zsh_groups(void)
{
    for (const xy_command *const *at = xy__commands; *at; at++) {
        size_t len;

        if (!starts_group(at, &len))
            continue;
        printf("    (%.*s) compadd --", (int)len, (*at)->name);
        for (const xy_command *const *one = at;
             *one && strncmp((*one)->name, (*at)->name, len + 1) == 0; one++)
            printf(" %s", (*one)->name + len + 1);
        puts("; return ;;");
    }
}

static void print_zsh(void)
{
    fputs("#compdef xylem\n"
          "# zsh completion of xylem; made by `xylem completion zsh`\n"
          "_xylem()\n"
          "{\n"
          "    local -a commands\n"
          "    local name=$words[2]\n"
          "    [[ $name == g ]] && name=generate\n"
          "    if (( CURRENT == 2 )); then\n"
          "        commands=(",
          stdout);
    zsh_first_words();
    fputs(" )\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    (( CURRENT == 3 )) && case $name in\n",
          stdout);
    zsh_groups();
    fputs(
        "    (completion) compadd -- bash zsh fish; return ;;\n"
        "    esac\n"
        "    [[ $words[CURRENT-1] == --type ]] && { compadd -- liveQuery subscription; return; }\n"
        "    case $name in\n"
        "    (generate|setup) name=\"$name $words[3]\" ;;\n"
        "    esac\n"
        "    case $name in\n",
        stdout);
    for (const xy_command *const *at = xy__commands; *at; at++) {
        printf("    (\"%s\") _arguments", (*at)->name);
        each_option(*at, zsh_option);
        puts(" '*:file:_files' ;;");
    }
    fputs("    esac\n"
          "}\n"
          "if [[ $funcstack[1] == _xylem ]]; then _xylem \"$@\"; else compdef _xylem xylem; fi\n",
          stdout);
}

/* ---- fish ---- */

static const char *fish_command; /* whose options are printed */

static void fish_condition(const char *name)
{
    const char *space = strchr(name, ' ');

    printf("'__fish_seen_subcommand_from %.*s", space ? (int)(space - name) : (int)strlen(name),
           name);
    if (space)
        printf("; and __fish_seen_subcommand_from %s", space + 1);
    putchar('\'');
}

static void fish_option(const char *option, size_t len, const char *about, size_t about_len)
{
    fputs("complete -c xylem -n ", stdout);
    fish_condition(fish_command);
    printf(" -l %.*s -d '", (int)len - 2, option + 2);
    print_quoted(about, about_len);
    puts("'");
}

static void print_fish(void)
{
    puts("# fish completion of xylem; made by `xylem completion fish`");
    for (const xy_command *const *at = xy__commands; *at; at++) {
        const char *space = strchr((*at)->name, ' ');
        size_t len;

        if (starts_group(at, &len))
            printf("complete -c xylem -n __fish_use_subcommand -f -a %.*s\n", (int)len,
                   (*at)->name);
        if (space)
            printf("complete -c xylem -n '__fish_seen_subcommand_from %.*s' -f -a %s -d '",
                   (int)(space - (*at)->name), (*at)->name, space + 1);
        else
            printf("complete -c xylem -n __fish_use_subcommand -f -a %s -d '", (*at)->name);
        print_quoted((*at)->summary, strlen((*at)->summary));
        puts("'");
        fish_command = (*at)->name;
        each_option(*at, fish_option);
    }
    puts("complete -c xylem -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'");
}

/* ---- the command ---- */

static int run(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

    for (size_t i = 0; argc == 2 && i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(argv[1], shells[i].name) != 0)
            continue;
        shells[i].print();
        return 0;
    }
    fputs("xylem completion: for which shell? There are: bash, zsh, fish\n", stderr);
    return 2;
}

const xy_command xy__command_completion = {
    .name = "completion",
    .usage = "bash|zsh|fish",
    .summary = "print what a shell needs to complete command lines of xylem",
    .help = "The installed package has it in place. Elsewhere:\n"
            "\n"
            "  bash  source <(xylem completion bash)       in ~/.bashrc\n"
            "  zsh   source <(xylem completion zsh)        in ~/.zshrc, after compinit\n"
            "  fish  xylem completion fish | source        in ~/.config/fish/config.fish\n",
    .run = run,
};
