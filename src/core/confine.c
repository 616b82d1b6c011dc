#include "core/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- Files: Landlock ------------------------------------------------------------------------ */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define TO_READ                                                                                    \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ON_FILES                                                                                   \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |   \
     LANDLOCK_ACCESS_FS_TRUNCATE)
/* Plain files and folders only: no devices, sockets, pipes, links. */
#define TO_WORK                                                                                    \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |  \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
/* Everything of the first version, and what newer kernels add. */
#define FIRST_RIGHTS ((1ULL << 13) - 1)

/* What programs need besides their folder; what is not there is passed over. */
static const struct {
    const char *path;
    uint64_t rights;
} allowed[] = {
    {"/usr", TO_READ},
    {"/lib", TO_READ},
    {"/lib64", TO_READ},
    {"/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/etc/fonts", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR},
    {"/var/cache/fontconfig", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR},
    {"/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE},
    {"/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE},
};

static uint64_t rights_of_kernel(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return 0;
    return FIRST_RIGHTS | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
           (version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static bool allow(int rules, const char *path, uint64_t rights, bool needed)
{
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0)
        return !needed;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = place};
    bool good = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(place);
    return good;
}

bool confinement_prepare(struct confinement *confinement, const char *folder)
{
    uint64_t handled = rights_of_kernel();
    struct landlock_ruleset_attr attributes = {.handled_access_fs = handled};
    confinement->rules = -1;
    if (!handled)
        return false;
    confinement->rules =
        (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    bool good =
        confinement->rules >= 0 && allow(confinement->rules, folder, TO_WORK & handled, true);
    for (size_t i = 0; good && i < COUNT(allowed); i++)
        good = allow(confinement->rules, allowed[i].path, allowed[i].rights & handled, false);
    if (!good)
        confinement_end(confinement);
    return good;
}

void confinement_end(struct confinement *confinement)
{
    if (confinement->rules >= 0)
        close(confinement->rules);
    confinement->rules = -1;
}

/* --- Everything else: seccomp --------------------------------------------------------------- */

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "which architecture is this for seccomp? (linux/audit.h)"
#endif
#define X32_CALLS 0x40000000 /* x86-64 has a second set of calls up there */

#define AT(member)     offsetof(struct seccomp_data, member)
#define LOAD(member)   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(member))
#define GIVE(what)     BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE(why)    GIVE(SECCOMP_RET_ERRNO | (why))
#define UNLESS(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1)
#define NO(call)       UNLESS(SYS_##call), REFUSE(EPERM)

/* A refused call fails with EPERM, so that a program may go on without what it asked for. Calls of
 * another architecture end it. */
static struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0),
    GIVE(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1),
    GIVE(SECCOMP_RET_KILL_PROCESS),
    /* No process of its own: a thread, yes. clone3() hides its flags from us; libc then uses
     * clone().
     */
    UNLESS(SYS_clone3),
    REFUSE(ENOSYS),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
    LOAD(args[0]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
    REFUSE(EPERM),
    GIVE(SECCOMP_RET_ALLOW),
#ifdef SYS_fork
    NO(fork),
    NO(vfork),
#endif
    /* No network. */
    NO(socket),
    NO(socketpair),
    NO(connect),
    NO(bind),
    NO(listen),
    NO(accept),
    NO(accept4),
    NO(sendto),
    NO(sendmsg),
    NO(sendmmsg),
    NO(io_uring_setup),
    /* No other process. */
    NO(kill),
    NO(tkill),
    NO(pidfd_open),
    NO(pidfd_send_signal),
    NO(pidfd_getfd),
    NO(rt_sigqueueinfo),
    NO(ptrace),
    NO(process_vm_readv),
    NO(process_vm_writev),
    NO(kcmp),
    NO(setpgid),
    NO(setsid),
    NO(prlimit64),
    NO(setpriority),
    /* No kernel, no machine. */
    NO(unshare),
    NO(setns),
    NO(mount),
    NO(umount2),
    NO(pivot_root),
    NO(chroot),
    NO(open_tree),
    NO(move_mount),
    NO(fsopen),
    NO(fsmount),
    NO(mount_setattr),
    NO(bpf),
    NO(perf_event_open),
    NO(userfaultfd),
    NO(keyctl),
    NO(add_key),
    NO(request_key),
    NO(init_module),
    NO(finit_module),
    NO(delete_module),
    NO(kexec_load),
    NO(reboot),
    NO(swapon),
    NO(swapoff),
    NO(acct),
    NO(quotactl),
    NO(syslog),
    NO(settimeofday),
    NO(clock_settime),
    NO(adjtimex),
    NO(sethostname),
    NO(setdomainname),
    NO(personality),
    NO(open_by_handle_at),
    NO(name_to_handle_at),
    NO(fanotify_init),
    GIVE(SECCOMP_RET_ALLOW),
};

bool confine(const struct confinement *confinement)
{
    struct sock_fprog program = {.len = COUNT(filter), .filter = filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_landlock_restrict_self, confinement->rules, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
