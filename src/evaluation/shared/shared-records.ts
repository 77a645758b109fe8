import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import type { ImageFacts, CaseRecord } from '../records';

/** How long figures stay in Redis after the last one was added; seconds. */
const kept = 7 * 86_400;

type Fact = keyof ImageFacts | 'truthShare';

/** What was measured of one case, without what names its image and patient. */
type MeasuredFigures = Omit<CaseRecord, Fact>;

/** What stays with each process: all that the data folder says. */
const facts: Readonly<Record<Fact, true>> = {
  id: true,
  patient: true,
  label: true,
  view: true,
  collection: true,
  sex: true,
  ageYears: true,
  reader: true,
  truthShare: true,
};

/**
 * Figures of finished cases in Redis, by the cases' places in the set: JSON, compressed. They name no image and no patient; every
 * process knows those by the place.
 */
export class SharedRecords {
  private readonly key: string;

  /** @param name of the work, see {@link workName} */
  constructor(
    private readonly redis: Redis,
    name: string,
  ) {
    this.key = `explain-evaluation:${name}:figures`;
  }

  async publish(index: number, record: CaseRecord): Promise<void> {
    const figures = Object.fromEntries(Object.entries(record).filter(([name]) => !(name in facts)));
    const bytes = await promisify(gzip)(JSON.stringify(figures));
    await this.redis.hset(this.key, String(index), bytes);
    await this.redis.expire(this.key, kept);
  }

  /** Places of the cases that are there. */
  async finished(): Promise<number[]> {
    return (await this.redis.hkeys(this.key)).map(Number);
  }

  /** @returns undefined where it is not there, or is not what this program writes */
  async read(index: number): Promise<MeasuredFigures | undefined> {
    const bytes = await this.redis.hgetBuffer(this.key, String(index));
    if (!bytes) return undefined;
    try {
      const text = await promisify(gunzip)(bytes, { maxOutputLength: 2 ** 28 });
      const figures = JSON.parse(text.toString()) as MeasuredFigures;
      return Number.isFinite(figures.logit) && figures.maps && figures.generators ? figures : undefined;
    } catch {
      return undefined;
    }
  }
}
