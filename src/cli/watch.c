/* SPDX-License-Identifier: MIT */
#include "cli/watch.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY_MAX ((size_t)64 << 20)
#define DEPTH_MAX  8u
#define MOVED      (IN_MOVED_TO | IN_MOVED_FROM)
#define EVENTS     (IN_CLOSE_WRITE | MOVED | IN_DELETE | IN_CREATE | IN_ONLYDIR)

static const char *const roots[] = {"graphql", "services", "subscriptions"};

static bool ends(const char *name, const char *end)
{
    size_t len = strlen(name);
    size_t end_len = strlen(end);

    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* Editors' own files begin with a dot or `#`, or end otherwise. */
static bool is_ours(const char *name)
{
    if (name[0] == '.' || name[0] == '#')
        return false;
    return ends(name, ".c") || ends(name, ".h") || ends(name, ".graphql") ||
           strcmp(name, "meson.build") == 0 || strcmp(name, "meson.options") == 0 ||
           strcmp(name, "meson_options.txt") == 0;
}

static const char *join(xy_watch *watch, const char *folder, const char *name)
{
    if (strcmp(folder, ".") == 0)
        return xy__arena_printf(&watch->arena, "%s", name).ptr;
    return xy__arena_printf(&watch->arena, "%s/%s", folder, name).ptr;
}

static void add_folder(xy_watch *watch, const char *folder, unsigned depth);

static void add_folders_in(xy_watch *watch, const char *folder, unsigned depth)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        struct stat about;
        const char *path = join(watch, folder, entry->d_name);

        if (entry->d_name[0] != '.' && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
            add_folder(watch, path, depth + 1);
    }
    if (dir)
        closedir(dir);
}

static void add_folder(xy_watch *watch, const char *folder, unsigned depth)
{
    int number = inotify_add_watch(watch->fd, folder, EVENTS);

    if (number < 0)
        return; /* it has gone again */
    while (watch->folders.len <= (size_t)number)
        *xy_vec_push(&watch->arena, &watch->folders) = NULL;
    watch->folders.items[number] = folder;
    if (strcmp(folder, ".") != 0 && depth < DEPTH_MAX)
        add_folders_in(watch, folder, depth);
}

int xy__watch_init(xy_watch *watch)
{
    *watch = (xy_watch){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    xy__arena_init(&watch->arena, MEMORY_MAX);
    if (watch->fd < 0)
        return XY_EIO;
    add_folder(watch, ".", 0);
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        add_folder(watch, roots[i], 0);
    return watch->folders.len ? XY_OK : XY_EIO;
}

void xy__watch_deinit(xy_watch *watch)
{
    if (watch->fd >= 0)
        close(watch->fd);
    xy__arena_deinit(&watch->arena);
}

/* Is a folder of this name in the application's own folder watched? */
static bool is_root(const char *name)
{
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (strcmp(name, roots[i]) == 0)
            return true;
    return false;
}

static bool on_event(xy_watch *watch, const struct inotify_event *event)
{
    size_t number = (size_t)event->wd;
    const char *folder;

    if (event->mask & IN_Q_OVERFLOW)
        return true; /* much has changed */
    if (event->wd < 0 || number >= watch->folders.len || !watch->folders.items[number] ||
        !event->len)
        return false;
    folder = watch->folders.items[number];
    if (event->mask & IN_ISDIR) {
        if (event->name[0] == '.' || (strcmp(folder, ".") == 0 && !is_root(event->name)))
            return false;
        if (event->mask & (IN_CREATE | IN_MOVED_TO))
            add_folder(watch, join(watch, folder, event->name), 0);
    } else if (!is_ours(event->name) || event->mask & IN_CREATE) {
        return false; /* what was created is not written yet */
    }
    snprintf(watch->changed, sizeof watch->changed, "%s%s%s", strcmp(folder, ".") ? folder : "",
             strcmp(folder, ".") ? "/" : "", event->name);
    return true;
}

bool xy__watch_read(xy_watch *watch)
{
    _Alignas(struct inotify_event) char bytes[16384];
    bool changed = false;
    ssize_t got;

    while ((got = read(watch->fd, bytes, sizeof bytes)) > 0) {
        for (char *at = bytes; at < bytes + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(void *)at;

            changed |= on_event(watch, event);
            at += sizeof *event + event->len;
        }
    }
    return changed;
}
