// Files of records: kept by their content, named safely, seen by whoever sees the record, added by whoever
// may change it, counted, drawn anew as previews. On both databases, with the same replies.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { request } from 'node:http';
import test from 'node:test';
import { png } from './png.mjs';
import { administrator, newCode, newUser, Reader, servers } from './access.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const octets = [['Content-Type', 'application/octet-stream']];
const address = (kind, key, name) => `/api/files?kind=${kind}&key=${key}&name=${encodeURIComponent(name)}`;

// A PDF file of one empty page; readers find its parts without a table.
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n'
  + '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');

// Bytes as they are: Reader sends texts and JSON.
function send(reader, path, bytes, headers = octets) {
  const { hostname, port } = new URL(reader.server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method: 'POST', path, headers: Object.fromEntries([...reader.headers, ...headers,
      ['X-CSRF-Token', reader.csrf ?? ''], ['Content-Length', bytes.length]]) }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => {
        const body = Buffer.concat(parts).toString();
        resolve({ status: reply.statusCode, headers: reply.headers, body, json: body ? JSON.parse(body) : null });
      });
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

async function newDocument(writer, visibility, more = '') {
  const name = `files-${visibility}-${Math.random().toString(36).slice(2)}.txt`;
  return writer.done('POST', `/api/documents?name=${name}&visibility=${visibility}${more}`, `${name} 的正文。\n`, [['Content-Type', 'text/plain']]);
}

const residentKb = (process_) => Number(readFileSync(`/proc/${process_}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]);

for (const server of servers) {
  const on = (name, run) => test(`${server.name}: ${name}`, run);
  let admin, analyst, officer, open, draft;

  on('a file is added, listed, read, deleted; and the log of events says so', async () => {
    admin = await administrator(server);
    analyst = await newUser(admin, 'analyst');
    officer = await newUser(admin, 'department_officer', { department_code: 'XD02' });
    draft = await newDocument(analyst, 'draft');
    open = await newDocument(analyst, 'bureau');
    const bytes = png(30, 20);
    const added = await send(analyst, address('document', draft.id, '图 1.png'), bytes);
    assert.equal(added.status, 201, added.body);
    const { id, ...file } = added.json;
    assert.deepEqual({ ...file, key: 0, created_at: 0, changed_seq: 0, created_by: 0, owner: 0 }, { kind: 'document', key: 0, part: null, name: '图 1.png',
      type: 'image/png', size: bytes.length, sha256: sha256(bytes), created_at: 0, created_by: 0, previewable: true, changed_seq: 0, owner: 0, visibility: 'bureau' });
    assert.equal(file.created_by, analyst.name);
    assert.equal(added.headers.location, `/api/files/${id}`);
    const list = await analyst.done('GET', `/api/files?kind=document&key=${draft.id}`);
    assert.deepEqual(list.items, [added.json]);
    const content = await analyst.get(`/api/files/${id}/content`);
    assert.ok(content.bytes.equals(bytes));
    await analyst.done('DELETE', `/api/files/${id}`);
    assert.equal((await analyst.get(`/api/files/${id}/content`)).status, 404);
    const auditor = await newUser(admin, 'auditor');
    const { items } = await auditor.done('GET', `/api/audit?kind=file&key=${id}`);
    assert.deepEqual(items.map((event) => event.action), ['remove', 'create']);
  });

  on('what goes out cannot run: nosniff, a sandbox, and only images in place', async () => {
    const image = (await send(analyst, address('document', draft.id, 'a.png'), png(3, 3))).json;
    const page = (await send(analyst, address('document', draft.id, 'a.html'), Buffer.from('<script>alert(1)</script>'))).json;
    const drawing = (await send(analyst, address('document', draft.id, 'a.svg'), Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'))).json;
    const paper = (await send(analyst, address('document', draft.id, 'a.pdf'), pdf)).json;
    const replies = {};
    for (const [name, file] of Object.entries({ image, page, drawing, paper })) {
      const { headers } = await analyst.get(`/api/files/${file.id}/content`);
      replies[name] = [file.type, headers['content-type'], headers['content-disposition'].split(';')[0]];
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['content-security-policy'], /sandbox/);
      assert.match(headers['content-security-policy'], /default-src 'none'/);
      assert.match(headers['cache-control'], /private/);
    }
    assert.deepEqual(replies, {
      image: ['image/png', 'image/png', 'inline'],
      page: ['text/plain', 'text/plain', 'attachment'],
      drawing: ['text/plain', 'text/plain', 'attachment'],
      paper: ['application/pdf', 'application/pdf', 'attachment'] });
  });

  on('names are made safe, and must not contradict the content', async () => {
    const named = async (name, bytes = png(2, 2)) => {
      const reply = await send(analyst, address('document', draft.id, name), bytes);
      return reply.status === 201 ? reply.json.name : reply.status;
    };
    const cases = [['../../etc/passwd', Buffer.from('x')], ['C:\\temp\\表.png'], ['a\u202Egnp.exe.png'], ['<b>|?*:".png'], ['..', Buffer.from('x')],
      [`${'长'.repeat(100)}.png`], ['line\nbreak.png'], ['no extension'], ['picture.pdf'], ['picture.JPG'], ['table.xlsx', Buffer.from('a,b\n')],
      ['run.exe', Buffer.from('MZ')], ['run.png', Buffer.from('\x7FELF')], ['run.sh', Buffer.from('echo')], ['gb.csv', Buffer.from([0xD6, 0xD0, 0xCE, 0xC4])]];
    const got = [];
    for (const one of cases) got.push(await named(...one));
    assert.deepEqual(got, ['passwd', '表.png', 'agnp.exe.png', '_b______.png', 'file', `${'长'.repeat(65)}.png`, 'linebreak.png', 'no extension',
      422, 422, 422, 415, 415, 415, 'gb.csv']);
    const reply = await send(analyst, address('document', draft.id, 'picture.pdf'), png(2, 2));
    assert.match(reply.json.errors[0].message, /\.pdf/);
    assert.equal((await send(analyst, address('document', draft.id, 'empty.txt'), Buffer.alloc(0))).status, 422);
  });

  on('whoever sees the record sees its files, whoever may change it adds and removes them', async () => {
    const anybody = new Reader(server);
    const hidden = (await send(analyst, address('document', draft.id, 'a.txt'), Buffer.from('geheim'))).json;
    for (const reader of [anybody, officer]) {
      for (const path of [`/api/files?kind=document&key=${draft.id}`, `/api/files/${hidden.id}`, `/api/files/${hidden.id}/content`, `/api/files/${hidden.id}/preview`])
        assert.equal((await reader.get(path)).status, 404, path);
    }
    assert.equal((await send(officer, address('document', draft.id, 'b.txt'), Buffer.from('x'))).status, 404);
    assert.equal((await officer.ask('DELETE', `/api/files/${hidden.id}`)).status, 404);
    // A document of another department: the officer sees it, but does not change it.
    const shared = await newDocument(analyst, 'government');
    const file = (await send(analyst, address('document', shared.id, 'a.txt'), Buffer.from('offen'))).json;
    assert.equal((await officer.get(`/api/files/${file.id}/content`)).body, 'offen');
    assert.equal((await send(officer, address('document', shared.id, 'b.txt'), Buffer.from('x'))).status, 403);
    assert.equal((await officer.ask('DELETE', `/api/files/${file.id}`)).status, 403);
    const own = await newDocument(officer, 'government');
    assert.equal((await send(officer, address('document', own.id, 'b.txt'), Buffer.from('x'))).status, 201);
    // Strangers cannot send anything at all; and what belongs to a person is sealed elsewhere.
    assert.equal((await send(anybody, address('document', draft.id, 'b.txt'), Buffer.from('x'))).status, 401);
    const forged = new Reader(server, [['Cookie', 'kechuang_session=forged']]);
    assert.equal((await send(forged, address('document', draft.id, 'b.txt'), Buffer.from('x'))).status, 401);
    const without = Object.assign(new Reader(server, analyst.headers), { csrf: 'wrong' });
    assert.equal((await send(without, address('document', draft.id, 'b.txt'), Buffer.from('x'))).status, 403);
    assert.equal((await send(analyst, address('nothing', 1, 'b.txt'), Buffer.from('x'))).status, 404);
    const { id } = await admin.done('POST', '/api/people', { name: '某人' });
    assert.match((await send(admin, address('person', id, 'b.txt'), Buffer.from('x'))).body, /attachments/);
  });

  on('a part of a file, and nothing when the reader has it', async () => {
    const { id, sha256: digest } = (await send(analyst, address('document', draft.id, 'ten.txt'), Buffer.from('0123456789'))).json;
    const part = async (range, more = []) => {
      const { status, body, headers } = await analyst.get(`/api/files/${id}/content`, [['Range', range], ...more]);
      return [status, body, headers['content-range']];
    };
    assert.deepEqual(await part('bytes=2-4'), [206, '234', 'bytes 2-4/10']);
    assert.deepEqual(await part('bytes=7-'), [206, '789', 'bytes 7-9/10']);
    assert.deepEqual(await part('bytes=-3'), [206, '789', 'bytes 7-9/10']);
    assert.deepEqual(await part('bytes=-30'), [206, '0123456789', 'bytes 0-9/10']);
    assert.deepEqual(await part('bytes=9-100'), [206, '9', 'bytes 9-9/10']);
    assert.deepEqual(await part('bytes=10-'), [416, '', 'bytes */10']);
    assert.deepEqual(await part('bytes=-0'), [416, '', 'bytes */10']);
    for (const whole of ['bytes=4-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,3-4', 'bytes=', 'bytes=-', 'bytes=99999999999999999999-'])
      assert.deepEqual(await part(whole), [200, '0123456789', undefined], whole);
    const etag = `"${digest.slice(0, 32)}"`;
    assert.deepEqual(await part('bytes=2-4', [['If-Range', etag]]), [206, '234', 'bytes 2-4/10']);
    assert.deepEqual(await part('bytes=2-4', [['If-Range', '"other"']]), [200, '0123456789', undefined]);
    const known = await analyst.get(`/api/files/${id}/content`, [['If-None-Match', etag]]);
    assert.deepEqual([known.status, known.body], [304, '']);
  });

  on('the same bytes are kept once, until nobody has them any more', async () => {
    const bytes = Buffer.from(`same ${server.name}`);
    const first = (await send(analyst, address('document', draft.id, 'one.txt'), bytes)).json;
    const second = (await send(analyst, address('document', open.id, 'two.txt'), bytes)).json;
    assert.equal(first.sha256, second.sha256);
    await analyst.done('DELETE', `/api/files/${first.id}`);
    assert.equal((await analyst.get(`/api/files/${second.id}/content`)).body, bytes.toString());
    // The same request again, with a key, is done once.
    const key = [...octets, ['Idempotency-Key', 'files-1']];
    const once = await send(analyst, address('document', draft.id, 'three.txt'), bytes, key);
    assert.deepEqual((await send(analyst, address('document', draft.id, 'three.txt'), bytes, key)).json, once.json);
    assert.equal((await send(analyst, address('document', draft.id, 'three.txt'), Buffer.from('other'), key)).status, 422);
  });

  on('files are counted for whom they belong to, and what is too much is refused', async () => {
    const writer = await newUser(admin, 'analyst');
    const before = await writer.done('GET', '/api/file_quota');
    assert.deepEqual([before.files, before.bytes, before.file_bytes_max, before.total_bytes], [0, 0, 200 << 20, null]);
    const file = (await send(writer, address('document', draft.id, 'q.txt'), Buffer.from('12345'))).json;
    assert.equal((await writer.done('GET', '/api/file_quota')).bytes, 5);
    await analyst.done('DELETE', `/api/files/${file.id}`);
    const after = await writer.done('GET', '/api/file_quota');
    assert.deepEqual([after.files, after.bytes], [0, 0]);
    assert.equal(typeof (await admin.done('GET', '/api/file_quota')).total_bytes, 'number');
    // One megabyte for an owner, decided by two administrators.
    const second = await newUser(admin, 'administrator');
    const change = async (value) => {
      const asked = await admin.done('POST', '/api/settings/file_owner_mb_max', { value });
      await second.done('POST', `/api/proposals/${asked.id}/approval`, {});
    };
    await change(1);
    const half = Buffer.alloc(600 << 10, 'a');
    assert.equal((await send(writer, address('document', draft.id, 'h.txt'), half)).status, 201);
    const refused = await send(writer, address('document', draft.id, 'h.txt'), half);
    assert.equal(refused.status, 413, refused.body);
    assert.match(refused.json.detail, /1 MB/);
    assert.equal((await writer.done('GET', '/api/file_quota')).bytes, half.length);
    await change(2000);
  });

  on('previews are drawn anew, and a bomb is not even tried', async () => {
    const shown = async (name, bytes, query = '') => {
      const { json } = await send(analyst, address('document', draft.id, name), bytes);
      const { status, headers, bytes: drawn } = await analyst.get(`/api/files/${json.id}/preview${query}`);
      return [status, headers['content-type'], drawn.subarray(1, 4).toString()];
    };
    const image = [200, 'image/png', 'PNG'];
    assert.deepEqual(await shown('a.png', png(40, 30)), image);
    assert.deepEqual(await shown('a.pdf', pdf), image);
    assert.equal((await shown('a.pdf', pdf, '?page=2'))[0], 404);
    assert.equal((await shown('a.pdf', pdf, '?page=0'))[0], 422);
    assert.equal((await shown('bomb.png', png(10, 10, [50000, 50000])))[0], 404);
    assert.equal((await shown('broken.png', png(10, 10).subarray(0, 40)))[0], 404);
    assert.equal((await shown('a.txt', Buffer.from('text')))[0], 404);
  });

  on('an upload that breaks off leaves nothing, one too large is refused, and 200 MB take no memory', async () => {
    const { hostname, port } = new URL(server.url);
    const cookie = analyst.headers[0][1];
    // Files without a name that the program has open.
    const nameless = () => readdirSync(`/proc/${server.process}/fd`).filter((fd) => {
      try { return /#\d+ \(deleted\)$/.test(readlinkSync(`/proc/${server.process}/fd/${fd}`)); } catch { return false; }
    }).length;
    await new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`POST ${address('document', draft.id, 'a.bin')} HTTP/1.1\r\nHost: ${hostname}\r\nCookie: ${cookie}\r\n`
          + `X-CSRF-Token: ${analyst.csrf}\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(100000)}`, () => { socket.destroy(); resolve(); });
      });
    });
    // At once, but where libmicrohttpd overlooks that the client has gone: then after its 30 idle seconds.
    for (const until = Date.now() + 40000; nameless() && Date.now() < until;) await analyst.get('/healthz');
    assert.equal(nameless(), 0, 'the file of the broken upload is closed');
    const declared = await new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method: 'POST', path: address('document', draft.id, 'a.bin'),
        headers: { Cookie: cookie, 'X-CSRF-Token': analyst.csrf, 'Content-Length': (512 << 20) + 1 } }, (reply) => { resolve(reply.statusCode); sent.destroy(); });
      sent.on('error', reject);
      sent.flushHeaders();
    });
    assert.equal(declared, 413);
    writeFileSync(`/proc/${server.process}/clear_refs`, '5'); // the highest so far is forgotten
    const before = residentKb(server.process), began = Date.now();
    const part = Buffer.alloc(1 << 20, 'kechuang '), hash = createHash('sha256');
    const file = await new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method: 'POST', path: address('document', draft.id, 'large.txt'),
        headers: { Cookie: cookie, 'X-CSRF-Token': analyst.csrf, 'Content-Length': 200 << 20 } }, (reply) => {
        let body = '';
        reply.on('data', (text) => { body += text; });
        reply.on('end', () => resolve({ status: reply.statusCode, ...JSON.parse(body) }));
      });
      sent.on('error', reject);
      let left = 200;
      const step = () => (left-- ? (hash.update(part), sent.write(part, step)) : sent.end());
      step();
    });
    assert.equal(file.status, 201, JSON.stringify(file));
    assert.equal(file.sha256, hash.digest('hex'));
    const grown = residentKb(server.process) - before;
    console.log(`# ${server.name}: 200 MB in ${Date.now() - began} ms, ${grown} KB more memory at the highest`);
    assert.ok(grown < 16 * 1024, `${grown} KB`);
    const end = await analyst.get(`/api/files/${file.id}/content`, [['Range', 'bytes=-8']]);
    assert.deepEqual([end.status, end.bytes.length], [206, 8]);
    await analyst.done('DELETE', `/api/files/${file.id}`);
  });

  on('a file of a public record is published by two, and withdrawn by two', async () => {
    const anybody = new Reader(server), leader = await newUser(admin, 'leader'), enterprise = await newUser(admin, 'expert');
    const asked = await analyst.done('POST', `/api/documents/${open.id}/publication`, { visibility: 'public' });
    const approve = (proposal) => leader.done('POST', `/api/proposals/${proposal.id}/approval`, {});
    await approve(asked);
    const { json: file } = await send(analyst, address('document', open.id, '底稿.png'), png(5, 6));
    assert.equal(file.visibility, 'bureau');
    const seenBy = async (reader) => {
      const listed = (await reader.done('GET', `/api/files?kind=document&key=${open.id}`)).items.some(({ id }) => id === file.id);
      for (const path of ['', '/content', '/preview'])
        assert.equal((await reader.get(`/api/files/${file.id}${path}`)).status, listed ? 200 : 404, path);
      return listed;
    };
    assert.deepEqual([await seenBy(anybody), await seenBy(enterprise), await seenBy(leader), await seenBy(analyst)], [false, false, true, true]);
    assert.equal((await anybody.post(`/api/files/${file.id}/publication`, { visibility: 'public' })).status, 401);
    assert.equal((await officer.post(`/api/files/${file.id}/publication`, { visibility: 'public' })).status, 404);
    const proposal = await analyst.post(`/api/files/${file.id}/publication`, { visibility: 'public' });
    assert.equal(proposal.status, 202, proposal.body);
    assert.equal(await seenBy(anybody), false);
    assert.equal((await analyst.post(`/api/proposals/${proposal.json.id}/approval`, {})).status, 403, 'not by the same person');
    await approve(proposal.json);
    assert.equal(await seenBy(anybody), true);
    assert.equal((await analyst.post(`/api/files/${file.id}/publication`, { visibility: 'public' })).status, 409);
    await approve(await analyst.done('POST', `/api/files/${file.id}/publication`, { visibility: 'bureau' }));
    assert.equal(await seenBy(anybody), false);
  });

  on('files have no files', async () => {
    const { json: file } = await send(analyst, address('document', open.id, '甲.png'), png(5, 6));
    const reply = await send(analyst, address('file', file.id, '乙.png'), png(5, 6));
    assert.equal(reply.status, 422, reply.body);
    assert.match(reply.body, /附件不能再有附件/);
  });

  on('an import is not undone while its records have files', async () => {
    const code = newCode();
    const { id } = await admin.done('POST', '/api/imports?target=organisations&name=t.csv', `code,name,kind,area_code\n${code},附件测试单位,enterprise,XZ-DL\n`, [['Content-Type', 'text/csv']]);
    const take = async (step) => {
      await admin.done('POST', `/api/imports/${id}/${step}`);
      for (;;) {
        const found = await admin.done('GET', `/api/imports/${id}`);
        if (found.state !== 'running') return found;
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
    };
    assert.equal((await take('run')).state, 'done');
    const { json: file } = await send(admin, address('organisation', code, '丙.png'), png(5, 6));
    const refused = await take('undo');
    assert.deepEqual([refused.state, /第 2 行.*丙\.png/.test(refused.message)], ['done', true], refused.message);
    await admin.done('DELETE', `/api/files/${file.id}`);
    assert.equal((await take('undo')).state, 'undone');
  });
}
