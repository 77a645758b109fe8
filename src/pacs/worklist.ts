import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { dicomDate, dicomTime, itemsOf, textOf } from '../dicom/results/values';
import type { Attributes, Reference } from '../dicom/results';
import { isUid, uidFrom } from '../dicom/uid';
import {
  attributesIn,
  DicomWebClient,
  DicomWebError,
  jsonType,
  uidInPath,
  type InstanceAddress,
} from './dicomweb-client';
import type { Claim, Claims } from './claims';
import type { SearchFailure } from './find-images';
import { HarmlessError, said, type HarmlessText } from '../io/harmless';
import { reasonOf } from './reason-of';
import { imageName, nameFor, type Log } from './log';
import type { Outcome } from './process-image';
import type { Process } from './run-images';

// UPS-RS (PS3.18 chapter 11) as a performer of workitems: what IHE AIW-I has it do, without its subscriptions.

type Json = Record<string, { vr: string; Value?: unknown[] }>;

/** States of a workitem that a performer sets (PS3.4 CC.1.1). */
type State = 'IN PROGRESS' | 'COMPLETED' | 'CANCELED';

const pageSize = 100;

/** The worklist of a server. */
export class WorklistClient extends DicomWebClient {
  /** Workitems that nobody has taken on, from one on: at most {@link pageSize}, unless the server takes no limit. */
  scheduled(offset: number): Promise<Attributes[]> {
    const page = { limit: String(pageSize), ...(offset > 0 && { offset: String(offset) }) };
    return this.search('workitems', { ProcedureStepState: 'SCHEDULED', ...page }, { mayBeAbsent: true });
  }

  /** All that a workitem says; undefined where the worklist has it no more. */
  workitem(uid: string): Promise<Attributes | undefined> {
    const init = { headers: { Accept: jsonType }, expected: [404, 410] };
    return this.request(`workitems/${uidInPath(uid)}`, init, answer => {
      if (answer.status === 404 || answer.status === 410) return undefined;
      const [item] = attributesIn(answer);
      if (!item) throw new DicomWebError(said`The worklist gave an empty answer for a workitem.`);
      return item;
    });
  }

  /** @returns false where the server refuses: another one was faster, or it was cancelled */
  changeState(uid: string, state: State, transactionUid: string): Promise<boolean> {
    const body: Json = {
      '00081195': { vr: 'UI', Value: [transactionUid] },
      '00741000': { vr: 'CS', Value: [state] },
    };
    return this.send('PUT', `workitems/${uidInPath(uid)}/state`, body);
  }

  /** Adds to a workitem that was taken on. @returns false where the server refuses */
  update(uid: string, transactionUid: string, change: Json): Promise<boolean> {
    // In the address as PS3.18 11.6 has it, and in the data set, where the services of PS3.4 have it.
    const body = { '00081195': { vr: 'UI', Value: [transactionUid] }, ...change };
    return this.send('POST', `workitems/${uidInPath(uid)}?transaction=${transactionUid}`, body);
  }

  private send(method: string, path: string, body: Json): Promise<boolean> {
    const headers = { 'Content-Type': jsonType, Accept: jsonType };
    const bytes = Buffer.from(JSON.stringify([body]));
    const init = { method, headers, body: bytes, expected: [400, 404, 409, 410] };
    return this.request(path, init, ({ status }) => status < 300);
  }
}

/** What became of the images of one workitem. */
interface Taken extends Claim {
  images: number;
  done: number;
  outcomes: Map<string, Outcome | { kind: 'failed' }>;
  /** Where images are looked for that could not be searched. */
  unsearched: boolean;
}

/**
 * Explains the images of workitems that are scheduled: takes each on, tells how far it is, and ends it as COMPLETED, or as CANCELED
 * with the reason where an image failed, none was found or the service was told to stop. One after the other; of two services
 * that ask for one the server gives it to one. What was taken on and not ended, since the service was killed or the worklist did not
 * answer, is gone on with first.
 */
export class Worklist {
  private taken: Taken | undefined;

  constructor(
    private readonly client: WorklistClient,
    private readonly log: Log,
    private readonly explain: Process,
    /** Images of a study, or of one series of it. */
    private readonly imagesOf: (
      studyUid: string,
      seriesUid: string | undefined,
      onFailure: (failure: SearchFailure) => void,
    ) => AsyncIterable<InstanceAddress>,
    private readonly signal: AbortSignal,
    /** Result objects of an image, for Output Information. */
    private readonly outputOf: (address: InstanceAddress) => Promise<readonly Reference[]>,
    private readonly claims: Claims,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Explains an image and notes what became of it for the workitem in hand. */
  readonly process: Process = async address => {
    const image = imageName(address);
    try {
      const outcome = await this.explain(address);
      this.taken?.outcomes.set(image, outcome);
      return outcome;
    } catch (error) {
      this.taken?.outcomes.set(image, { kind: 'failed' });
      throw error;
    }
  };

  /**
   * Images of all workitems that can be taken on. Who takes one has explained it before asking for the next, by
   * {@link process}; then the workitem ends. What the server fails on is told, its claim kept, and the others are gone on with.
   */
  async *images(onFailure: (failure: SearchFailure) => void): AsyncGenerator<InstanceAddress> {
    for (const claim of this.claims.all()) {
      if (this.signal.aborted) return;
      yield* this.told(claim, this.goOn(claim, onFailure), onFailure);
    }
    const asked = new Set<string>();
    const passed = new Set<string>();
    const refused: string[] = [];
    for (let offset = 0; !this.signal.aborted;) {
      const page = await this.client.scheduled(offset);
      const listed = page.map(item => textOf(item, 'SOPInstanceUID')).filter(isUid);
      const uid = listed.find(one => !asked.has(one));
      if (uid === undefined) {
        // Full of what was not given, a page hides the next one; a server that takes no offset gives the same again.
        const before = passed.size;
        for (const one of listed) passed.add(one);
        if (page.length < pageSize || passed.size === before) break;
        offset += page.length;
        continue;
      }
      // Whatever comes of it, it is not asked for again in this round.
      asked.add(uid);
      const claim = { uid, transactionUid: uidFrom(randomUUID()), begin: this.now().toISOString() };
      yield* this.told(
        claim,
        this.takeOn(claim, onFailure, () => refused.push(uid)),
        onFailure,
      );
    }
    if (refused.length > 0) this.log({ event: 'not-given', workitems: refused.length });
  }

  /** What cannot be done with one workitem keeps nobody from the others, unless nothing could be done with those either. */
  private async *told(
    { uid }: Claim,
    images: AsyncGenerator<InstanceAddress>,
    onFailure: (failure: SearchFailure) => void,
  ): AsyncGenerator<InstanceAddress> {
    try {
      yield* images;
    } catch (error) {
      if (endsAll(error)) throw error;
      onFailure({ searched: 'studies', within: nameFor(uid), reason: reasonOf(error) });
    }
  }

  private async *takeOn(
    claim: Claim,
    onFailure: (failure: SearchFailure) => void,
    onRefused: () => void,
  ): AsyncGenerator<InstanceAddress> {
    const { uid, transactionUid } = claim;
    await this.claims.add(claim);
    // The answer to a change that was made may get lost: asked for again, it is refused.
    if (
      (await this.client.changeState(uid, 'IN PROGRESS', transactionUid)) ||
      (await this.isHeld(claim, await this.client.workitem(uid)))
    ) {
      this.log({ event: 'claimed', item: nameFor(uid) });
      yield* this.perform(claim, onFailure);
    } else {
      onRefused();
      await this.claims.remove(uid);
    }
  }

  /**
   * Whether a workitem is in progress under our transaction: a worklist tells nobody which one that is, but takes changes under
   * it alone (PS3.4 CC.2.1.3).
   */
  private async isHeld({ uid, transactionUid }: Claim, item: Attributes = {}): Promise<boolean> {
    return (
      textOf(item, 'ProcedureStepState') === 'IN PROGRESS' &&
      (await this.client.update(uid, transactionUid, progress(0)))
    );
  }

  /** A workitem that was taken on before, unless the service was killed just before, or it was ended meanwhile. */
  private async *goOn(
    claim: Claim,
    onFailure: (failure: SearchFailure) => void,
  ): AsyncGenerator<InstanceAddress> {
    const item = await this.client.workitem(claim.uid);
    if (!item) {
      await this.forget(claim);
    } else if (await this.isHeld(claim, item)) {
      this.log({ event: 'claimed-before', item: nameFor(claim.uid) });
      yield* this.perform(claim, onFailure);
    } else {
      await this.claims.remove(claim.uid);
    }
  }

  private async forget({ uid }: Claim): Promise<void> {
    await this.claims.remove(uid);
    this.log({ event: 'gone', item: nameFor(uid) });
  }

  private async *perform(
    claim: Claim,
    onFailure: (failure: SearchFailure) => void,
  ): AsyncGenerator<InstanceAddress> {
    const { uid } = claim;
    const taken: Taken = { ...claim, images: 0, done: 0, outcomes: new Map(), unsearched: false };
    this.taken = taken;
    let isEnded = false;
    try {
      const found: InstanceAddress[] = [];
      const tell = (failure: SearchFailure): void => {
        taken.unsearched = true;
        onFailure(failure);
      };
      const item = await this.client.workitem(uid);
      if (!item) {
        isEnded = true;
        return await this.forget(claim);
      }
      for (const input of itemsOf(item.InputInformationSequence))
        for await (const image of this.inputImages(input, tell)) found.push(image);
      taken.images = found.length;
      for (const image of found) {
        if (this.signal.aborted) break;
        yield image;
        taken.done++;
        await this.tellProgress(taken);
      }
      isEnded = true;
      await this.end(taken, found);
    } catch (error) {
      isEnded = true;
      await this.cancel(taken, reasonOf(error));
      throw error;
    } finally {
      this.taken = undefined;
      // Whoever took the images gave up in between.
      if (!isEnded) await this.cancel(taken, said`The work was broken off.`).catch(() => undefined);
    }
  }

  /** Images that an item of Input Information names: instances, a series or a whole study. */
  private async *inputImages(
    input: Attributes,
    onFailure: (failure: SearchFailure) => void,
  ): AsyncGenerator<InstanceAddress> {
    const [studyUid, seriesUid] = ['StudyInstanceUID', 'SeriesInstanceUID'].map(name => textOf(input, name));
    if (!isUid(studyUid)) return;
    const named = itemsOf(input.ReferencedSOPSequence).map(one => textOf(one, 'ReferencedSOPInstanceUID'));
    if (isUid(seriesUid) && named.some(isUid)) {
      for (const instanceUid of named) if (isUid(instanceUid)) yield { studyUid, seriesUid, instanceUid };
    } else {
      yield* this.imagesOf(studyUid, isUid(seriesUid) ? seriesUid : undefined, onFailure);
    }
  }

  private async tellProgress({ uid, transactionUid, done, images }: Taken): Promise<void> {
    // Nobody's work waits for a number.
    await this.client
      .update(uid, transactionUid, progress(Math.floor((100 * done) / images)))
      .catch(() => undefined);
  }

  private async end(taken: Taken, found: readonly InstanceAddress[]): Promise<void> {
    const outcomes = [...taken.outcomes.values()];
    const failed = outcomes.filter(({ kind }) => kind === 'failed').length;
    const refused = outcomes.filter(({ kind }) => kind === 'refused').length;
    if (this.signal.aborted && taken.done < found.length)
      return this.cancel(
        taken,
        said`The service was told to stop after ${taken.done} of ${found.length} images.`,
      );
    if (found.length === 0)
      return this.cancel(taken, said`No image of these modalities was found in its input.`);
    if (failed > 0 || taken.unsearched)
      return this.cancel(taken, said`${failed} of ${found.length} images failed; the log says why.`);
    if (refused === found.length)
      return this.cancel(taken, said`The model is made for none of the ${found.length} images.`);
    const outputs: Json[] = [];
    for (const image of found) outputs.push(...outputInformation(image.studyUid, await this.outputOf(image)));
    await this.client.update(
      taken.uid,
      taken.transactionUid,
      performed(new Date(taken.begin), this.now(), outputs),
    );
    if ((await this.stateAfter(taken, 'COMPLETED')) !== 'COMPLETED')
      return this.cancel(taken, said`The worklist did not take its end.`);
    await this.claims.remove(taken.uid);
    this.log({ event: 'completed', item: nameFor(taken.uid), images: found.length, refused });
  }

  private async cancel(taken: Taken, reason: HarmlessText): Promise<void> {
    const { uid, transactionUid } = taken;
    const item = nameFor(uid);
    await this.client.update(uid, transactionUid, discontinued(reason));
    const state = await this.stateAfter(taken, 'CANCELED');
    if (state === undefined) return this.forget(taken);
    await this.claims.remove(uid);
    // Last: a line of the log is true, and what fails to be written keeps no workitem.
    if (state === 'CANCELED') this.log({ event: 'canceled', item, reason });
    else if (state === 'COMPLETED') this.log({ event: 'completed', item, images: taken.images });
    else this.log({ event: 'not-ended', item, reason });
  }

  /** The state after it was to be changed, or undefined where the worklist has the workitem no more. */
  private async stateAfter({ uid, transactionUid }: Taken, wanted: State): Promise<string | undefined> {
    if (await this.client.changeState(uid, wanted, transactionUid)) return wanted;
    // Refused is also what was done before, by a request whose answer got lost.
    const item = await this.client.workitem(uid);
    return item && textOf(item, 'ProcedureStepState');
  }
}

function endsAll(error: unknown): boolean {
  return !(error instanceof HarmlessError) || (error instanceof DicomWebError && error.endsRun);
}

function sequence(...items: Json[]): { vr: 'SQ'; Value: Json[] } {
  return { vr: 'SQ', Value: items };
}

function code(value: string, scheme: string, meaning: string): Json {
  return {
    '00080100': { vr: 'SH', Value: [value] },
    '00080102': { vr: 'SH', Value: [scheme] },
    '00080104': { vr: 'LO', Value: [meaning] },
  };
}

/** Procedure Step Progress Information. */
function progress(percent: number): Json {
  return { '00741002': sequence({ '00741004': { vr: 'DS', Value: [percent] } }) };
}

/** Why it was given up: (110513, DCM), CID 9300 of PS3.16. */
function discontinued(reason: HarmlessText): Json {
  return {
    '00741002': sequence({
      '0074100E': sequence(code('110513', 'DCM', 'Discontinued for unspecified reason')),
      '00741238': { vr: 'LT', Value: [reason] },
    }),
  };
}

/** What a workitem must say before it may be COMPLETED (PS3.4 table CC.2.5-3, final state). */
function performed(begin: Date, end: Date, outputs: readonly Json[]): Json {
  const moment = (at: Date): string => `${dicomDate(at)}${dicomTime(at)}`;
  return {
    ...progress(100),
    '00741216': sequence({
      '00404028': sequence(code('explain', '99OHIFEXPLAIN', hostname().slice(0, 64))),
      '00404050': { vr: 'DT', Value: [moment(begin)] },
      '00404051': { vr: 'DT', Value: [moment(end)] },
      '00404019': sequence(code('110005', 'DCM', 'Interpretation')),
      '00404033': sequence(...outputs),
    }),
  };
}

/** Output Information of one image: its results in their study. */
function outputInformation(studyUid: string, results: readonly Reference[]): Json[] {
  return results.map(({ seriesInstanceUid, sopInstanceUid, sopClassUid }) => ({
    '0020000D': { vr: 'UI', Value: [studyUid] },
    '0020000E': { vr: 'UI', Value: [seriesInstanceUid] },
    '00081199': sequence({
      '00081150': { vr: 'UI', Value: [sopClassUid] },
      '00081155': { vr: 'UI', Value: [sopInstanceUid] },
    }),
  }));
}
