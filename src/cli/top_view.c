/* SPDX-License-Identifier: MIT */
/* cli/top_view.c -- numbers stand in columns of a fixed width, text to the right of them, where a
 * narrow terminal cuts it.
 *
 * Names and keys are clients' text: nothing of it may reach the terminal but what can be seen. */
#include "cli/top_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "json/read.h"

#define LINE_MAX_BYTES ((size_t)4096)
#define CELL_MAX       32
#define HEAD_LINES     3u
#define STORE_COLUMNS  16u
#define BOLD           "\033[1m"
#define REVERSE        "\033[7m"
#define PLAIN          "\033[0m"

/* ---- reading ---- */

static uint64_t number_of(const xy_value *object, const char *name)
{
    const xy_value *value = xy_value_get(object, xy_str_from(name));
    int64_t number = 0;

    if (value && xy_value_to_int64(value, &number) == XY_OK && number > 0)
        return (uint64_t)number;
    return 0;
}

static xy_str text_of(const xy_value *object, const char *name)
{
    const xy_value *value = xy_value_get(object, xy_str_from(name));

    return value ? xy_value_text(value) : XY_STR_NULL;
}

static xy_top_group read_group(const xy_value *value)
{
    const xy_value *cause = xy_value_get(value, XY_STR("cause"));
    xy_str name = text_of(value, "operation");
    xy_str key = text_of(cause, "key");
    xy_str topic = text_of(cause, "topic");

    return (xy_top_group){
        .id = text_of(value, "id"),
        .kind = text_of(value, "kind"),
        .name = name.len ? name : text_of(value, "document"),
        .state = text_of(value, "state"),
        .cause = key.len     ? key
                 : topic.len ? topic
                             : text_of(cause, "kind"),
        .worker = number_of(value, "worker"),
        .members = number_of(value, "members"),
        .behind = number_of(value, "behind"),
        .runs = number_of(value, "runs"),
        .equal = number_of(value, "equal"),
        .results = number_of(value, "results"),
        .bytes = number_of(value, "bytes"),
        .lag_ms = number_of(value, "lagMs"),
        .key_count = number_of(value, "keyCount"),
    };
}

static void read_totals(xy_top_sample *out, const xy_value *root)
{
    out->workers = number_of(root, "workers");
    out->live_queries = number_of(root, "liveQueries");
    out->live_runs = number_of(root, "liveRuns");
    out->live_results = number_of(root, "liveResults");
    out->subscriptions = number_of(root, "subscriptions");
    out->left_out = number_of(root, "leftOut");
    out->store = text_of(root, "store");
}

int xy__top_sample_read(xy_top_sample *out, xy_str answer, uint64_t at_ms)
{
    const xy_value *groups;
    xy_value root;
    char *text;

    *out = (xy_top_sample){.at_ms = at_ms};
    xy__arena_init(&out->arena, SIZE_MAX);
    text = XY_ARENA_ARRAY(&out->arena, char, answer.len + 1);
    if (answer.len)
        memcpy(text, answer.ptr, answer.len);
    if (xy__json_read(&out->arena, (xy_str){text, answer.len}, 0, &root, NULL) < 0)
        return XY_EINVAL;
    groups = xy_value_get(&root, XY_STR("groups"));
    if (!groups || groups->kind != XY_VALUE_LIST)
        return XY_EINVAL;
    read_totals(out, &root);
    out->count = groups->len;
    out->groups = XY_ARENA_ARRAY(&out->arena, xy_top_group, out->count + 1);
    for (size_t i = 0; i < out->count; i++)
        out->groups[i] = read_group(&groups->items[i]);
    return XY_OK;
}

void xy__top_sample_deinit(xy_top_sample *sample)
{
    xy__arena_deinit(&sample->arena);
    *sample = (xy_top_sample){0};
}

/* ---- rates ---- */

static const xy_top_group *find(const xy_top_sample *sample, const xy_top_group *group)
{
    for (size_t i = 0; i < sample->count; i++)
        if (xy_str_eq(sample->groups[i].id, group->id))
            return &sample->groups[i];
    return NULL;
}

/* What counts up and is smaller than before has begun anew: the server was restarted. */
static double rate(uint64_t now, uint64_t before, double seconds)
{
    return now > before && seconds > 0 ? (double)(now - before) / seconds : 0;
}

void xy__top_sample_rates(xy_top_sample *sample, const xy_top_sample *before)
{
    double seconds = (double)(sample->at_ms - before->at_ms) / 1000;

    sample->has_rates = true;
    sample->runs_per_s = rate(sample->live_runs, before->live_runs, seconds);
    sample->results_per_s = rate(sample->live_results, before->live_results, seconds);
    for (size_t i = 0; i < sample->count; i++) {
        xy_top_group *group = &sample->groups[i];
        const xy_top_group *old = find(before, group);

        if (!old)
            continue;
        group->runs_per_s = rate(group->runs, old->runs, seconds);
        group->results_per_s = rate(group->results, old->results, seconds);
        group->bytes_per_s = rate(group->bytes, old->bytes, seconds);
    }
}

static int descending(double a, double b)
{
    return (a < b) - (a > b);
}

static int compare(const void *a, const void *b)
{
    const xy_top_group *x = a;
    const xy_top_group *y = b;
    int order = descending(x->results_per_s, y->results_per_s);

    if (!order)
        order = descending(x->runs_per_s, y->runs_per_s);
    if (!order)
        order = descending((double)x->members, (double)y->members);
    if (!order)
        order = descending((double)x->runs, (double)y->runs);
    return order ? order : xy_str_cmp(x->id, y->id);
}

void xy__top_sample_sort(xy_top_sample *sample)
{
    if (sample->count)
        qsort(sample->groups, sample->count, sizeof *sample->groups, compare);
}

/* ---- lines ---- */

static bool is_visible(int32_t c)
{
    bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    bool direction = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
                     (c >= 0x2066 && c <= 0x2069);

    return !control && !direction;
}

/* What cannot be seen becomes a space, and of several spaces one is left. */
static void put_visible(xy_buf *buf, xy_str text, size_t columns)
{
    bool space = true;
    size_t column = 0;
    size_t len;

    for (size_t at = 0; at < text.len && column < columns; at += len) {
        bool visible = is_visible(xy__utf8_decode(text, at, &len)) && text.ptr[at] != ' ';

        if (visible) {
            xy__buf_append(buf, text.ptr + at, len);
        } else if (!space) {
            xy__buf_char(buf, ' ');
        }
        column += visible || !space;
        space = !visible;
    }
}

/* Whole `text`, which has no control characters, cut to the screen, in `style`. */
static void put_line(xy_buf *buf, xy_str text, const xy_top_screen *screen, const char *style)
{
    size_t columns = screen->columns ? screen->columns : SIZE_MAX;
    size_t at = 0;
    size_t len;

    for (size_t column = 0; at < text.len && column < columns; column++) {
        xy__utf8_decode(text, at, &len);
        at += len;
    }
    if (screen->colors && *style)
        xy__buf_str(buf, xy_str_from(style));
    xy__buf_append(buf, text.ptr, at);
    if (screen->colors && *style)
        XY_BUF_LITERAL(buf, PLAIN);
    xy__buf_char(buf, '\n');
}

void xy__top_write_line(xy_buf *buf, xy_str text, const xy_top_screen *screen)
{
    xy_buf line;

    xy__buf_init(&line, SIZE_MAX);
    put_visible(&line, text, LINE_MAX_BYTES);
    put_line(buf, xy__buf_view(&line), screen, "");
    xy__buf_deinit(&line);
}

/* 999, 12.3k, 4.5M: at most five columns. */
static const char *short_number(char cell[CELL_MAX], double number)
{
    static const char units[] = {'\0', 'k', 'M', 'G', 'T', 'P', 'E'};
    size_t unit = 0;

    while (number >= 999.5 && unit + 1 < sizeof units) {
        number /= 1000;
        unit++;
    }
    snprintf(cell, CELL_MAX, unit && number < 99.95 ? "%.1f%c" : "%.0f%c", number, units[unit]);
    return cell;
}

/* A rate below ten has a digit behind the point, so that a run in two seconds is seen. */
static const char *short_rate(char cell[CELL_MAX], double number)
{
    if (number >= 9.95 || number <= 0)
        return short_number(cell, number);
    snprintf(cell, CELL_MAX, "%.1f", number);
    return cell;
}

static void put_heads(xy_buf *buf, const xy_top_sample *sample, const xy_top_screen *screen)
{
    bool rates = sample->has_rates;
    xy_buf line;

    xy__buf_init(&line, SIZE_MAX);
    xy__buf_printf(&line, "%7s %6s %7s %9s %7s ", "CLIENTS", "BEHIND", rates ? "RUNS/S" : "RUNS",
                   rates ? "RESULTS/S" : "RESULTS", rates ? "BYTES/S" : "BYTES");
    if (rates)
        xy__buf_printf(&line, "%6s ", "RUNS");
    xy__buf_printf(&line, "%6s %6s %7s  %-8s %-6s %2s %-24s %s", "EQUAL", "KEYS", "LAG", "STATE",
                   "KIND", "W", "CAUSE", "OPERATION");
    put_line(buf, xy__buf_view(&line), screen, REVERSE);
    xy__buf_deinit(&line);
}

static void put_numbers(xy_buf *line, const xy_top_sample *sample, const xy_top_group *group)
{
    char cells[9][CELL_MAX];
    bool rates = sample->has_rates;

    xy__buf_printf(line, "%7s %6s ", short_number(cells[0], (double)group->members),
                   short_number(cells[1], (double)group->behind));
    xy__buf_printf(line, "%7s %9s %7s ",
                   rates ? short_rate(cells[2], group->runs_per_s)
                         : short_number(cells[2], (double)group->runs),
                   rates ? short_rate(cells[3], group->results_per_s)
                         : short_number(cells[3], (double)group->results),
                   rates ? short_rate(cells[4], group->bytes_per_s)
                         : short_number(cells[4], (double)group->bytes));
    if (rates)
        xy__buf_printf(line, "%6s ", short_number(cells[5], (double)group->runs));
    xy__buf_printf(line, "%6s %6s %5sms", short_number(cells[6], (double)group->equal),
                   short_number(cells[7], (double)group->key_count),
                   short_number(cells[8], (double)group->lag_ms));
}

/* Text in a column of its own, filled up with spaces. */
static void put_cell(xy_buf *line, xy_str text, size_t columns)
{
    size_t start = line->len;
    size_t used = 0;
    size_t len;

    put_visible(line, text, columns);
    for (size_t at = start; at < line->len; at += len) {
        xy__utf8_decode(xy__buf_view(line), at, &len);
        used++;
    }
    for (; used <= columns; used++)
        xy__buf_char(line, ' ');
}

static void put_group(xy_buf *buf, const xy_top_sample *sample, const xy_top_group *group,
                      const xy_top_screen *screen)
{
    xy_buf line;

    xy__buf_init(&line, SIZE_MAX);
    put_numbers(&line, sample, group);
    XY_BUF_LITERAL(&line, "  ");
    put_cell(&line, group->state, 8);
    put_cell(&line, group->kind, 6);
    xy__buf_printf(&line, "%2" PRIu64 " ", group->worker);
    put_cell(&line, group->cause, 24);
    put_visible(&line, group->name, LINE_MAX_BYTES);
    put_line(buf, xy__buf_view(&line), screen, group->results_per_s > 0 ? BOLD : "");
    xy__buf_deinit(&line);
}

static void put_totals(xy_buf *buf, const xy_top_sample *sample, const xy_top_screen *screen,
                       xy_str title)
{
    char runs[CELL_MAX];
    char results[CELL_MAX];
    xy_buf line;

    xy__buf_init(&line, SIZE_MAX);
    put_visible(&line, title, LINE_MAX_BYTES);
    xy__buf_printf(&line,
                   "  workers %" PRIu64 "  live queries %" PRIu64 "  groups %" PRIu64
                   "  subscriptions %" PRIu64,
                   sample->workers, sample->live_queries, sample->count + sample->left_out,
                   sample->subscriptions);
    if (sample->store.len && !xy_str_is(sample->store, "local")) {
        XY_BUF_LITERAL(&line, "  store ");
        put_visible(&line, sample->store, STORE_COLUMNS);
    }
    if (sample->has_rates)
        xy__buf_printf(&line, "  runs/s %s  results/s %s", short_rate(runs, sample->runs_per_s),
                       short_rate(results, sample->results_per_s));
    put_line(buf, xy__buf_view(&line), screen, BOLD);
    xy__buf_deinit(&line);
}

void xy__top_write(xy_buf *buf, const xy_top_sample *sample, const xy_top_screen *screen,
                   xy_str title)
{
    size_t room = screen->rows > HEAD_LINES + 1 ? screen->rows - HEAD_LINES - 1 : 1;
    size_t shown = screen->rows && sample->count > room ? room : sample->count;
    uint64_t more = sample->count - shown + sample->left_out;
    char line[64];

    put_totals(buf, sample, screen, title);
    xy__buf_char(buf, '\n');
    put_heads(buf, sample, screen);
    for (size_t i = 0; i < shown; i++)
        put_group(buf, sample, &sample->groups[i], screen);
    if (!more)
        return;
    snprintf(line, sizeof line, "and %" PRIu64 " more", more);
    put_line(buf, xy_str_from(line), screen, "");
}
