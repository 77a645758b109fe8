// An archive that costs next to nothing: it answers a search, metadata and files from memory, and of what is stored it keeps
// the UIDs alone. For benchmarks, where a real archive would share the cores with what is measured.
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import dcmjs from 'dcmjs';

/**
 * @param files DICOM files, bytes
 * @param latencyMs before each answer, as a network has it
 */
export async function startFakeArchive(files, latencyMs = 0) {
  const images = files.map(imageOf);
  const stored = new Map();
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (latencyMs > 0) await setTimeout(latencyMs);
    const url = new URL(request.url, 'http://archive');
    const answer = (status, json) =>
      response.writeHead(status, { 'Content-Type': 'application/dicom+json' }).end(JSON.stringify(json));
    if (request.method === 'POST') {
      const uids = storedIn(Buffer.concat(chunks));
      const [uid, classUid] = ['00081155', '00081150'];
      for (const one of uids) stored.set(one.uid, (stored.get(one.uid) ?? 0) + 1);
      return answer(200, {
        '00081199': {
          vr: 'SQ',
          Value: uids.map(one => ({
            [uid]: { vr: 'UI', Value: [one.uid] },
            [classUid]: { vr: 'UI', Value: [one.classUid] },
          })),
        },
      });
    }
    const parts = url.pathname.replace('/dicom-web/', '').split('/');
    const [, study, , series, , instance, metadata] = parts;
    const within = images.filter(
      image =>
        (!study || image.study === study) &&
        (!series || image.series === series) &&
        (!instance || image.instance === instance),
    );
    if (metadata)
      return answer(
        200,
        within.map(({ attributes }) => attributes),
      );
    if (instance) {
      const [{ bytes }] = within;
      const type = 'multipart/related; type="application/dicom"; boundary=image';
      response.writeHead(200, { 'Content-Type': type });
      response.write('--image\r\nContent-Type: application/dicom\r\n\r\n');
      response.write(bytes);
      return response.end('\r\n--image--\r\n');
    }
    const asked = url.searchParams.get('SOPInstanceUID');
    if (asked) return answer(200, stored.has(asked) ? [{ '00080018': { vr: 'UI', Value: [asked] } }] : []);
    return answer(
      200,
      Number(url.searchParams.get('offset')) > 0 ? [] : within.map(({ attributes }) => attributes),
    );
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/dicom-web`,
    /** Times that each object was stored, by UID. */
    stored,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function imageOf(bytes) {
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { dict } = dcmjs.data.DicomMessage.readFile(whole);
  const attributes = Object.fromEntries(
    Object.entries(dict)
      .filter(([tag, { vr }]) => tag !== '7FE00010' && !['OB', 'OW', 'UN'].includes(vr))
      .map(([tag, { vr, Value }]) => [tag, { vr, Value: vr === 'PN' ? Value.map(nameOf) : Value }]),
  );
  // What a search by study lists.
  attributes['00080061'] = { vr: 'CS', Value: attributes['00080060'].Value };
  const [study, series, instance] = ['0020000D', '0020000E', '00080018'].map(tag => attributes[tag].Value[0]);
  return { study, series, instance, bytes, attributes };
}

function nameOf(name) {
  return typeof name === 'string' ? { Alphabetic: name } : name;
}

/** Class and UID of each object in a message, by the first two elements of its data set (explicit VR little endian). */
function storedIn(message) {
  const found = [];
  const classTag = Buffer.from([8, 0, 0x16, 0, 0x55, 0x49]);
  for (let at = message.indexOf('DICM'); at >= 0; at = message.indexOf('\r\n\r\n', at)) {
    if (message.toString('latin1', at, at + 4) !== 'DICM') {
      at = message.indexOf('DICM', at);
      if (at < 0) break;
    }
    const begin = message.indexOf(classTag, at);
    const classLength = message.readUInt16LE(begin + 6);
    const second = begin + 8 + classLength;
    const text = (from, length) => message.toString('latin1', from, from + length).replace(/\0$/, '');
    found.push({
      classUid: text(begin + 8, classLength),
      uid: text(second + 8, message.readUInt16LE(second + 6)),
    });
    at = second;
  }
  return found;
}
