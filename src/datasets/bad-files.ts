import { DatasetError } from './error';
import type { BadFile } from './types';

/** How many files may be bad before a preparation stops. */
export interface BadLimit {
  amount: number;
  unit: 'files' | 'percent';
}

/** Counts bad files, and stops at one too many. */
export class BadFiles {
  readonly list: BadFile[] = [];
  private readonly limit: number;

  constructor(
    { amount, unit }: BadLimit,
    private readonly total: number,
    private readonly onNotice: (text: string) => void,
  ) {
    this.limit = unit === 'files' ? amount : Math.floor((amount / 100) * total);
  }

  /** @throws DatasetError naming the files when there are more than allowed */
  add(file: string, reason: string): void {
    this.list.push({ file, reason });
    if (this.list.length <= this.limit) {
      this.onNotice(
        `Left out (${this.list.length} of at most ${this.limit} bad files): ${reasonWithName(file, reason)}`,
      );
      return;
    }
    const named = this.list.slice(-10).map(bad => reasonWithName(bad.file, bad.reason));
    throw new DatasetError(
      `${this.list.length} of ${this.total} files cannot be used; --max-bad allows ${this.limit}. ` +
        `${this.list.length > named.length ? 'The last ones:' : 'These are:'}\n${named.join('\n')}`,
    );
  }
}

function reasonWithName(file: string, reason: string): string {
  return reason.includes(file) ? reason : `${file}: ${reason}`;
}
