import { Problem } from './problem';
import { parseMediaType } from './multipart';

/** One thing that a client accepts. */
interface Acceptable {
  mediaType: string;
  /** For multipart/related: the media type of its parts. */
  type: string;
  transferSyntax: string;
}

/** What a request accepts, from its Accept header or the `accept` query parameter that takes its place. */
export class Accepts {
  private readonly acceptable: Acceptable[];

  constructor(header: string | undefined, parameter: string | null) {
    const text = parameter || header || '*/*';
    this.acceptable = splitOutsideQuotes(text).map(one => {
      const parameters = parseMediaType(one);
      return {
        mediaType: parameters.get('') ?? '',
        type: (parameters.get('type') ?? '').toLowerCase(),
        transferSyntax: parameters.get('transfer-syntax') ?? '*',
      };
    });
  }

  /** Whether a single-part answer of this media type will do. */
  single(mediaType: string): boolean {
    return this.acceptable.some(one => covers(one.mediaType, mediaType));
  }

  /** Whether a multipart/related answer with parts of this media type and transfer syntax will do. */
  multipart(partType: string, transferSyntax?: string): boolean {
    return this.acceptable.some(
      one =>
        covers(one.mediaType, 'multipart/related') &&
        (one.type === '' || covers(one.type, partType) || one.type === 'application/octet-stream') &&
        (transferSyntax === undefined || one.transferSyntax === '*' || one.transferSyntax === transferSyntax),
    );
  }
}

function covers(pattern: string, mediaType: string): boolean {
  if (pattern === '*/*' || pattern === mediaType) return true;
  return pattern.endsWith('/*') && mediaType.startsWith(pattern.slice(0, -1));
}

function splitOutsideQuotes(header: string): string[] {
  return header.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
}

/** The refusal for a client that accepts nothing the server can send. */
export function notAcceptable(offered: string): Problem {
  return new Problem(406, `Only this can be sent: ${offered}.`);
}
