#include "core/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/confine.h"
#include "core/export.h"

enum {
    PATH_ROOM = 4096,
    FOLDER_ROOM = 1024,
    FILES_OPEN_MAX = 64,
    PIPE_PART = 64 * 1024,
    NOT_STARTED = 127
};

/* --- One after the other -------------------------------------------------------------------- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static int running;

static bool begin(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CHILD_WAIT_MS / 1000;
    pthread_mutex_lock(&mutex);
    int waited = 0;
    while (running == CHILDREN_MAX && waited == 0)
        waited = pthread_cond_timedwait(&ended, &mutex, &until);
    bool good = running < CHILDREN_MAX;
    running += good;
    pthread_mutex_unlock(&mutex);
    return good;
}

static void end(void)
{
    pthread_mutex_lock(&mutex);
    running--;
    pthread_cond_signal(&ended);
    pthread_mutex_unlock(&mutex);
}

/* --- The folder ----------------------------------------------------------------------------- */

static bool copy_input(int from, const char *folder)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof(path), "%.*s/in", FOLDER_ROOM, folder);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    off_t at = 0;
    ssize_t count = 1;
    while (to >= 0 && count > 0)
        count = sendfile(to, from, &at, 1 << 30);
    return to >= 0 && close(to) == 0 && count == 0;
}

static bool make_folder(const struct child *child, char folder[FOLDER_ROOM])
{
    int length = snprintf(folder, FOLDER_ROOM, "%s/kechuang-child-XXXXXX", export_folder());
    return length < FOLDER_ROOM && mkdtemp(folder) &&
           (child->input < 0 || copy_input(child->input, folder));
}

/* A program that is to do one thing makes no folders; what is in one, should it make some, stays
 * for whoever cleans up the temporary folder. */
static void remove_folder(const char *folder)
{
    DIR *all = opendir(folder);
    for (struct dirent *item; all && (item = readdir(all));)
        unlinkat(dirfd(all), item->d_name, 0);
    if (all)
        closedir(all);
    rmdir(folder);
}

/* --- The child ------------------------------------------------------------------------------ */

/* Between fork() and exec(), in the copy of a program with several threads: only system calls. */
struct launch {
    const struct child *child;
    const char *program, *folder;
    char environment[4][PATH_ROOM];
    struct confinement confinement;
    int output;
};

static void limit_to(int what, struct rlimit limits)
{
    if (setrlimit(what, &limits) != 0)
        _exit(NOT_STARTED);
}

static void limit(int what, rlim_t most)
{
    limit_to(what, (struct rlimit){most, most});
}

static void set_limits(const struct child *child)
{
    /* First SIGXCPU, which says why it ended; one that ignores it is killed a second later. */
    limit_to(RLIMIT_CPU, (struct rlimit){(rlim_t)child->seconds, (rlim_t)child->seconds + 1});
    limit(RLIMIT_AS, child->memory);
    limit(RLIMIT_FSIZE, child->output_max + 1);
    limit(RLIMIT_NOFILE, FILES_OPEN_MAX);
    limit(RLIMIT_CORE, 0);
}

static NO_RETURN void become(const struct launch *launch)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    if (chdir(launch->folder) != 0)
        _exit(NOT_STARTED);
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(launch->output, 1) < 0 || dup2(nothing, 2) < 0)
        _exit(NOT_STARTED);
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    /* A network of its own: fails where the system allows none, and sockets are forbidden anyway.
     */
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) != 0)
        errno = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_limits(launch->child);
    if (!confine(&launch->confinement))
        _exit(NOT_STARTED);
    char *environment[COUNT(launch->environment) + 1] = {NULL};
    for (size_t i = 0; i < COUNT(launch->environment); i++)
        environment[i] = (char *)(uintptr_t)launch->environment[i];
    execve(launch->program, (char **)(uintptr_t)launch->child->words, environment);
    _exit(NOT_STARTED);
}

/* --- Its end -------------------------------------------------------------------------------- */

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads what it prints until it ends, says too much, or the time is over. */
static enum child_end follow(const struct child *child, int output, struct buf *printed)
{
    int64_t until = clock_ms() + child->seconds * 1000LL;
    for (;;) {
        int64_t left = until - clock_ms();
        struct pollfd wait = {.fd = output, .events = POLLIN};
        int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
        if (ready == 0)
            return CHILD_TIMEOUT;
        if (ready < 0)
            continue;
        buf_reserve(printed, PIPE_PART);
        ssize_t count = read(output, printed->data + printed->length, PIPE_PART);
        if (count <= 0)
            return CHILD_DONE;
        printed->length += (size_t)count;
        if (printed->length > child->output_max)
            return CHILD_TOO_LARGE;
    }
}

static enum child_end judge(enum child_end followed, int status)
{
    if (followed != CHILD_DONE)
        return followed;
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGXCPU   ? CHILD_TIMEOUT
               : WTERMSIG(status) == SIGXFSZ ? CHILD_TOO_LARGE
                                             : CHILD_FAILED;
    return WEXITSTATUS(status) == 0 ? CHILD_DONE : CHILD_FAILED;
}

/* It may close its output and go on: its end is waited for no longer than the deadline, too. */
static enum child_end wait_for(pid_t pid, const struct child *child, int output,
                               struct buf *printed)
{
    int64_t until = clock_ms() + child->seconds * 1000LL;
    struct timespec pause = {.tv_nsec = 2000000};
    enum child_end followed = follow(child, output, printed);
    siginfo_t about = {.si_pid = 0};
    while (followed == CHILD_DONE && !about.si_pid) {
        if (clock_ms() > until)
            followed = CHILD_TIMEOUT;
        else if (waitid(P_PID, (id_t)pid, &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                 !about.si_pid)
            nanosleep(&pause, NULL);
    }
    int status = 0;
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return judge(followed, status);
}

static enum child_end read_result(const char *folder, const struct child *child, struct buf *out)
{
    char path[PATH_ROOM];
    struct stat about;
    snprintf(path, sizeof(path), "%.*s/%.255s", FOLDER_ROOM, folder, child->output);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool good = file >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode);
    enum child_end end = !good                                       ? CHILD_FAILED
                         : (size_t)about.st_size > child->output_max ? CHILD_TOO_LARGE
                                                                     : CHILD_DONE;
    if (end == CHILD_DONE) {
        out->length = 0;
        buf_reserve(out, (size_t)about.st_size + 1);
        ssize_t count = pread(file, out->data, (size_t)about.st_size, 0);
        if (count != about.st_size)
            end = CHILD_FAILED;
        out->length = count > 0 ? (size_t)count : 0;
    }
    if (file >= 0)
        close(file);
    return end;
}

static enum child_end launch_in(const struct child *child, const char *program, const char *folder,
                                struct buf *printed)
{
    struct launch launch = {.child = child, .program = program, .folder = folder};
    int ends[2];
    snprintf(launch.environment[0], PATH_ROOM, "PATH=/usr/bin:/bin");
    snprintf(launch.environment[1], PATH_ROOM, "LANG=C.UTF-8");
    snprintf(launch.environment[2], PATH_ROOM, "HOME=%.*s", PATH_ROOM - 8, folder);
    snprintf(launch.environment[3], PATH_ROOM, "TMPDIR=%.*s", PATH_ROOM - 8, folder);
    if (!confinement_prepare(&launch.confinement, folder))
        return CHILD_UNAVAILABLE;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        confinement_end(&launch.confinement);
        return CHILD_BUSY;
    }
    launch.output = ends[1];
    pid_t pid = fork();
    if (pid == 0)
        become(&launch);
    close(ends[1]);
    enum child_end end = pid < 0 ? CHILD_BUSY : wait_for(pid, child, ends[0], printed);
    close(ends[0]);
    confinement_end(&launch.confinement);
    if (end == CHILD_DONE && child->output)
        end = read_result(folder, child, printed);
    return end;
}

bool child_is_installed(const char *program)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof(path), "/usr/bin/%s", program);
    return access(path, X_OK) == 0;
}

enum child_end child_run(struct arena *arena, const struct child *child, struct str *result)
{
    char folder[FOLDER_ROOM] = "", program[PATH_ROOM];
    struct buf out = {.arena = arena};
    *result = STR("");
    if (!child_is_installed(child->words[0]))
        return CHILD_MISSING;
    snprintf(program, sizeof(program), "/usr/bin/%.255s", child->words[0]);
    /* All the memory that will be needed: from here on nothing may leave by the arena's escape. */
    buf_reserve(&out, child->output_max + PIPE_PART);
    if (!begin())
        return CHILD_BUSY;
    enum child_end how =
        make_folder(child, folder) ? launch_in(child, program, folder, &out) : CHILD_BUSY;
    remove_folder(folder);
    end();
    *result = buf_str(&out);
    return how;
}
