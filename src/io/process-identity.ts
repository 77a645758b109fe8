import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Names the view of processes that this one has: on Linux the running kernel and the namespace in which process ids count, since
 * containers of one host name have ids of their own. Undefined where the system has no such thing: there the host's name tells.
 */
export function processView(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    return namespace && `${boot}/${namespace}`;
  } catch {
    return undefined;
  }
}

/**
 * When a process of this view began, in ticks since the system's start (proc_pid_stat(5), field 22): a later one of the same id
 * began at another time.
 *
 * @returns `ended` for one that nobody has asked after since; undefined where nothing is known of it, which may still run
 */
export function startOf(process_: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${process_}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(fields[0]) ? 'ended' : fields[19];
  } catch {
    return undefined;
  }
}
