/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "cli/colors.h"

/* A longer line is shown around the place only, in characters. */
#define LINE_MAX_SHOWN 120u
#define SHOWN_BEFORE   60u
#define MANY_LOCATIONS 5u

xy_report xy__report_to(FILE *out)
{
    return (xy_report){.out = out, .colors = xy__has_colors(out)};
}

/* ---- order ---- */

/* An error and where it stands among the files. */
typedef struct placed {
    xy_error *error;
    size_t file; /* 1 + index; 0 without a location */
    size_t order;
} placed;

static size_t file_of(const xy_sdl_files *files, const xy_error *error)
{
    for (size_t i = 0; error->location_count > 0 && i < files->len; i++)
        if (xy_str_eq(files->items[i].name, error->locations[0].file))
            return i + 1;
    return 0;
}

static int compare_numbers(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare(const void *a, const void *b)
{
    const placed *x = a;
    const placed *y = b;
    int order = compare_numbers(x->file, y->file);

    if (!order && x->file)
        order = compare_numbers(x->error->locations[0].line, y->error->locations[0].line);
    if (!order && x->file)
        order = compare_numbers(x->error->locations[0].column, y->error->locations[0].column);
    return order ? order : compare_numbers(x->order, y->order);
}

/* ---- the line itself ---- */

/* Line number `line` of `text`, from 1, without its end. */
static xy_str line_of(xy_str text, size_t line)
{
    size_t start = 0;
    size_t end;

    for (size_t at = 0; at < text.len && line > 1; at++) {
        if (text.ptr[at] == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n')
            continue;
        if (text.ptr[at] == '\n' || text.ptr[at] == '\r') {
            start = at + 1;
            line--;
        }
    }
    end = start;
    while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r')
        end++;
    return (xy_str){text.ptr + start, end - start};
}

/* The character before which `column`, counted in UTF-16 units from 1, is. */
static size_t character_of(xy_str line, size_t column)
{
    size_t character = 0;
    size_t units = 1;
    size_t len;

    for (size_t at = 0; at < line.len && units < column; at += len) {
        units += xy__utf8_decode(line, at, &len) > 0xffff ? 2 : 1;
        character++;
    }
    return character;
}

/* Print the characters from number `from` on, `count` at most. What moves a terminal's cursor is
 * a space; so is everything but tabs when `blank`. */
static void print_characters(const xy_report *r, xy_str line, size_t from, size_t count, bool blank)
{
    size_t number = 0;
    size_t len;

    for (size_t at = 0; at < line.len && number < from + count; at += len, number++) {
        int32_t c = xy__utf8_decode(line, at, &len);

        if (number < from)
            continue;
        if (c == '\t')
            fputc('\t', r->out);
        else if (blank || c < ' ' || (c >= 0x7f && c < 0xa0))
            fputc(' ', r->out);
        else
            fwrite(line.ptr + at, 1, len, r->out);
    }
}

static void print_excerpt(const xy_report *r, xy_str text, const xy_location *location)
{
    xy_str line = line_of(text, location->line);
    size_t character = character_of(line, location->column);
    size_t from = character > LINE_MAX_SHOWN ? character - SHOWN_BEFORE : 0;

    fputs("    ", r->out);
    print_characters(r, line, from, LINE_MAX_SHOWN, false);
    fputs("\n    ", r->out);
    print_characters(r, line, from, character - from, true);
    fprintf(r->out, "%s^%s\n", r->colors ? XY_BOLD XY_RED : "", r->colors ? XY_PLAIN : "");
}

/* ---- an error ---- */

static void print_location(const xy_report *r, const xy_location *location)
{
    fprintf(r->out, "%.*s:%u:%u", XY_PRI(location->file), location->line, location->column);
}

static void print_others(const xy_report *r, const xy_error *error)
{
    size_t count = error->location_count;

    for (size_t i = 1; i < count && i <= MANY_LOCATIONS; i++) {
        fputs("    also at ", r->out);
        print_location(r, &error->locations[i]);
        fputc('\n', r->out);
    }
    if (count > MANY_LOCATIONS + 1)
        fprintf(r->out, "    and at %zu more\n", count - MANY_LOCATIONS - 1);
}

static void print_error(const xy_report *r, const placed *one, const xy_sdl_files *files)
{
    const xy_error *error = one->error;

    if (one->file) {
        fputs(r->colors ? XY_BOLD : "", r->out);
        print_location(r, &error->locations[0]);
        fprintf(r->out, ":%s ", r->colors ? XY_PLAIN : "");
    }
    fprintf(r->out, "%s%.*s%s\n", r->colors ? XY_RED : "", XY_PRI(error->message),
            r->colors ? XY_PLAIN : "");
    if (one->file)
        print_excerpt(r, files->items[one->file - 1].text, &error->locations[0]);
    print_others(r, error);
}

void xy__report_errors(xy_report *report, xy_errors *errors, const xy_sdl_files *files)
{
    size_t count = errors->list.len;
    placed *all = XY_ARENA_ARRAY(errors->arena, placed, count);

    for (size_t i = 0; i < count; i++)
        all[i] = (placed){errors->list.items[i], file_of(files, errors->list.items[i]), i};
    if (count > 0)
        qsort(all, count, sizeof *all, compare);
    for (size_t i = 0; i < count; i++) {
        print_error(report, &all[i], files);
        if (all[i].file && (i == 0 || all[i].file != all[i - 1].file))
            report->broken_files++;
    }
    report->problems += count;
}
