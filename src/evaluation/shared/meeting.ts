import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { difference, type SharedIdentity } from './identity';

/** A process that has not been heard of for this long has gone; seconds. */
const silence = 60;
const beatMs = 10_000;
/** The whole is forgotten after this; seconds. */
const forgotten = 86_400;

/**
 * The processes that work on one evaluation at this time: a sorted set in Redis of what each has, by the time of its last sign of life
 * (Redis' clock).
 */
export class Meeting {
  private readonly key: string;
  private readonly member: string;
  private beat: NodeJS.Timeout | undefined;

  /** @param name see {@link meetingName} */
  constructor(
    private readonly redis: Redis,
    name: string,
    private readonly identity: SharedIdentity,
  ) {
    this.key = `explain-evaluation:${name}`;
    this.member = JSON.stringify({ process: randomUUID(), identity });
  }

  /**
   * Enters, and gives signs of life until it is left.
   *
   * @returns other processes that are there
   * @throws Error naming what another process has otherwise
   */
  async enter(): Promise<number> {
    // Before the others are looked at: of two that come at once, each sees the other.
    await this.sign();
    const others = await this.others();
    const unlike = others.map(other => difference(this.identity, other)).find(found => found !== undefined);
    if (unlike !== undefined) {
      await this.leave();
      throw new Error(
        `Processes share this evaluation at the Redis of --queue that have something else. ${unlike}. ` +
          'Every process needs the same data, model package, --backend and version of explain; another evaluation needs another ' +
          'database of Redis: a number at the end of the address (redis://host:6379/1).',
      );
    }
    this.beat = setInterval(() => void this.sign().catch(() => undefined), beatMs);
    return others.length;
  }

  /** Goes; the others no longer compare themselves with this process. */
  async leave(): Promise<void> {
    clearInterval(this.beat);
    await this.redis.zrem(this.key, this.member);
  }

  private async others(): Promise<SharedIdentity[]> {
    const members = await this.redis.zrange(this.key, (await this.now()) - silence, '+inf', 'BYSCORE');
    return members.flatMap(member => {
      if (member === this.member) return [];
      try {
        return [(JSON.parse(member) as { identity: SharedIdentity }).identity];
      } catch {
        return []; // Others may write into Redis, too.
      }
    });
  }

  private async sign(): Promise<void> {
    await this.redis.zadd(this.key, await this.now(), this.member);
    await this.redis.expire(this.key, forgotten);
  }

  private async now(): Promise<number> {
    const [seconds] = await this.redis.time();
    return Number(seconds);
  }
}
