import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Draft } from '../../study/answers';
import type { AnswerStore, KeptAnswer } from '../../study/delivery';
import type { Elapsed } from '../../study/stopwatch';

/** A reading that was begun and is not answered. */
export interface KeptDraft {
  /** As that of the answer that it becomes. */
  id: string;
  draft: Draft;
  elapsed: Elapsed;
  /** ISO times: when the case was first on display, and when this was kept. */
  shownAt: string;
  savedAt: string;
}

interface Schema extends DBSchema {
  answers: { key: string; value: KeptAnswer; indexes: { study: string } };
  drafts: { key: string; value: KeptDraft };
}

/** Keeps answers and drafts in the browser, over closed tabs and restarts. */
export interface StudyDatabase extends AnswerStore {
  draft(id: string): Promise<KeptDraft | undefined>;
  putDraft(draft: KeptDraft): Promise<void>;
  removeDraft(id: string): Promise<void>;
  close(): void;
}

const name = 'ohif-extension-explain-study';

/** @throws Error where the browser keeps nothing, as in some private windows: no study is run then */
export async function openStudyDatabase(): Promise<StudyDatabase> {
  const database = await openDB<Schema>(name, 1, {
    upgrade(fresh) {
      const answers = fresh.createObjectStore('answers', { keyPath: 'id' });
      answers.createIndex('study', 'answer.study');
      fresh.createObjectStore('drafts', { keyPath: 'id' });
    },
  });
  // Asked for, not insisted on: without it the browser may clear its storage when the disk is full.
  await navigator.storage?.persist?.().catch(() => false);
  return {
    all: study => database.getAllFromIndex('answers', 'study', study),
    put: kept => write(database, 'answers', kept),
    draft: id => database.get('drafts', id),
    putDraft: draft => write(database, 'drafts', draft),
    removeDraft: id => database.delete('drafts', id),
    close: () => database.close(),
  };
}

/** Fulfilled when the transaction is complete and, as far as browsers promise it, flushed. */
async function write<Name extends 'answers' | 'drafts'>(
  database: IDBPDatabase<Schema>,
  store: Name,
  value: Schema[Name]['value'],
): Promise<void> {
  const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.put(value), transaction.done]);
}
