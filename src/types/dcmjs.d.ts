/** The part of dcmjs that this project uses; the library ships no types. */
declare module 'dcmjs' {
  export interface DcmjsElement {
    vr?: string;
    Value?: unknown;
  }

  export interface DcmjsFile {
    meta: Record<string, DcmjsElement>;
    dict: Record<string, DcmjsElement>;
    write(options?: Record<string, unknown>): ArrayBuffer;
  }

  interface DcmjsDictionaryEntry {
    tag: string;
    vr: string;
    name: string;
  }

  const dcmjs: {
    data: {
      DicomDict: new (meta: Record<string, DcmjsElement>) => DcmjsFile;
      DicomMetaDictionary: {
        dictionary: Record<string, DcmjsDictionaryEntry | undefined>;
        nameMap: Record<string, DcmjsDictionaryEntry>;
        naturalizeDataset(dataset: Record<string, DcmjsElement>): Record<string, unknown>;
        denaturalizeDataset(dataset: Record<string, unknown>): Record<string, DcmjsElement>;
        uid(): string;
      };
    };
    log: { setLevel(level: string): void; getLogger(name: string): { setLevel(level: string): void } };
  };
  export default dcmjs;
}
