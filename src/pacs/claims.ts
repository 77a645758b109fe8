import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { isUid } from '../dicom/uid';
import { writeAtomically } from '../io/write-file';

const uid = z.string().refine(isUid);
const claimSchema = z.object({
  /** Of the workitem. */
  uid,
  /** Without it nobody can end the workitem. */
  transactionUid: uid,
  /** When it was taken on, ISO 8601. */
  begin: z.iso.datetime(),
});

/** A workitem that this service has taken on and not ended. */
export type Claim = z.infer<typeof claimSchema>;

/**
 * Workitems that this service has taken on and not ended: in a file, so that the service can go on with them after it was killed,
 * for an archive tells nobody the transaction UIDs under which they are held.
 */
export class Claims {
  private constructor(
    private readonly file: string | undefined,
    private readonly held: Map<string, Claim>,
  ) {}

  /**
   * @param file that only one service uses; without one, what was taken on is forgotten when the process ends
   * @throws Error naming the file, where it is something else
   */
  static async open(file?: string): Promise<Claims> {
    if (file === undefined) return new Claims(undefined, new Map());
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw new Error(`--claims ${file} cannot be read (${error.code}).`, { cause: error });
    });
    return new Claims(file, new Map(parse(text, file).map(claim => [claim.uid, claim])));
  }

  /** Oldest first. */
  all(): readonly Claim[] {
    return [...this.held.values()];
  }

  /** Before the workitem is taken on: one too many is found out, one too few is lost. On the disk when the promise is fulfilled. */
  async add(claim: Claim): Promise<void> {
    this.held.set(claim.uid, claim);
    await this.write();
  }

  async remove(uid: string): Promise<void> {
    if (this.held.delete(uid)) await this.write();
  }

  private async write(): Promise<void> {
    if (this.file !== undefined) await writeAtomically(this.file, `${JSON.stringify(this.all(), null, 1)}\n`);
  }
}

function parse(text: string, file: string): Claim[] {
  try {
    return z.array(claimSchema).parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `--claims ${file} is no list of workitems that this service has taken on. Name another file.`,
      { cause: error },
    );
  }
}
