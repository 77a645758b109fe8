import type { IncomingMessage } from 'node:http';
import type { Instance } from './read-instance';

/** What a client may see and store, where that is not everything. */
export interface DicomWebAccess {
  shows(instance: Instance, request: IncomingMessage): boolean;
  /** @param bytes the whole file */
  takes(instance: Instance, bytes: Uint8Array): Promise<boolean>;
  /** Said where a search names no study: then nothing is found. */
  notice: string;
}
