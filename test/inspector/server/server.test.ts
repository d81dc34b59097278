import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createActor, createMachine } from 'xstate'
import { Feed } from '../../../inspector/feed/feed.ts'
import { PageServer, type Patience } from '../../../inspector/server/server.ts'

const token = 'a-token-of-the-test'

/** A switch, inspected, and its page's server. */
async function served(allow: readonly string[] = [], patience?: Patience) {
  const folder = await mkdtemp(join(tmpdir(), 'peerchart-page-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  const page = pathToFileURL(`${folder}/`)
  const feed = new Feed({ now: () => performance.now(), historyBytes: 1e6 })
  const machine = createMachine({
    id: 'switch',
    initial: 'off',
    states: { off: { on: { 'turn.on': 'on' } }, on: { on: { 'turn.off': 'off' } } },
  })
  const actor = createActor(machine, { inspect: (event) => feed.inspect(event) }).start()
  const server = new PageServer({
    feed: () => feed,
    token,
    page,
    worker: page,
    allow,
    startedAt: 0,
    now: () => performance.now(),
    ...(patience && { patience }),
  })
  const port = await server.listen(0)
  onTestFinished(async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  })
  return { actor, feed, port, server }
}

interface Asked {
  readonly method?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string
}

/** The status of an answer, its headers and its body. */
function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

describe('the server of the page', () => {
  test('gives the page and nothing else of its folder', async () => {
    const { port } = await served()
    const page = await ask(port, `/${token}/`)
    expect([page.status, page.body]).toEqual([200, '<!doctype html>'])
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'/)
    for (const path of [
      'secret.txt',
      '../secret.txt',
      '%2e%2e/secret.txt',
      '__proto__',
      'chart/none.json',
      'moment/1/1',
    ])
      expect((await ask(port, `/${token}/${path}`)).status).toBe(404)
  })

  test.each<[string, string, http.OutgoingHttpHeaders]>([
    ['without the token', '/', {}],
    ['without the token, beside it', `/?${token}/`, {}],
    ['with another token', '/another-token-of-this/', {}],
    ['with a part of the token', `/${token.slice(0, -1)}/`, {}],
    ['with something before the first slash', `*/${token}/`, {}],
    ['under another name (DNS rebinding)', `/${token}/`, { host: 'evil.example:80' }],
    ['under another name with our port (DNS rebinding)', `/${token}/`, { host: 'evil.example:PORT' }],
    ['under our address without our port', `/${token}/`, { host: '127.0.0.1' }],
    ['for a page of another site', `/${token}/`, { origin: 'http://evil.example' }],
    ['for a page of another port', `/${token}/`, { origin: 'http://127.0.0.1:1' }],
    ['for a page without an origin (a file, a sandbox)', `/${token}/`, { origin: 'null' }],
    ['for what a page of another site embeds', `/${token}/`, { 'sec-fetch-site': 'cross-site' }],
    ['for what a page of another port embeds', `/${token}/`, { 'sec-fetch-site': 'same-site' }],
  ])('gives nothing %s, whatever is asked', async (_, path, given) => {
    const { actor, feed, port, server } = await served(['turn.on'])
    actor.send({ type: 'turn.off' })
    const seq = feed.first().said?.at(-1)?.seq
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, String(value).replace('PORT', String(port))]),
    )
    const routes = ['', 'index.html', 'feed', 'rest', 'chart/switch.json', 'said/1', `moment/1/${seq}`]
    for (const route of routes) {
      const { status, body } = await ask(port, path + route, { headers })
      expect([route, status, body]).toEqual([route, 404, ''])
    }
    const body = JSON.stringify({ to: 1, event: { type: 'turn.on' } })
    const sent = await ask(port, `${path}send`, { method: 'POST', headers, body })
    expect([sent.status, sent.body, actor.getSnapshot().value]).toEqual([404, '', 'off'])
    expect((await ask(port, `${path}send`, { method: 'OPTIONS', headers })).status).toBe(404)
    expect([server.pages, server.wasOpened]).toEqual([0, false])
  })

  test('answers each of those routes to its own page', async () => {
    const { actor, feed, port } = await served(['turn.on'])
    actor.send({ type: 'turn.off' })
    const seq = feed.first().said?.at(-1)?.seq
    const headers = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' }
    for (const route of ['', 'index.html', 'said/1', `moment/1/${seq}`])
      expect([route, (await ask(port, `/${token}/${route}`, { headers })).status]).toEqual([route, 200])
    const body = JSON.stringify({ to: 1, event: { type: 'turn.on' } })
    expect((await ask(port, `/${token}/send`, { method: 'POST', headers, body })).status).toBe(204)
  })

  test('listens on loopback alone', async () => {
    const { port } = await served()
    const socket = connect({ host: '::1', port })
    const outcome = await new Promise((resolve) => {
      socket.on('connect', () => resolve('connected'))
      socket.on('error', () => resolve('refused'))
    })
    socket.destroy()
    expect(outcome).toBe('refused')
  })

  test('sends an actor what the program allows, and nothing else', async () => {
    const { actor, port } = await served(['turn.on'])
    const send = async (wish: unknown) =>
      (
        await ask(port, `/${token}/send`, {
          method: 'POST',
          body: typeof wish === 'string' ? wish : JSON.stringify(wish),
        })
      ).status
    expect(await send({ to: 1, event: { type: 'turn.off' } })).toBe(403)
    expect(await send({ to: 99, event: { type: 'turn.on' } })).toBe(404)
    expect(await send('no json')).toBe(400)
    expect(await send({ to: 1 })).toBe(400)
    expect(await send({ to: 1, event: { type: 'turn.on', more: 'x'.repeat(20_000) } })).toBe(413)
    expect(actor.getSnapshot().value).toBe('off')
    expect(await send({ to: 1, event: { type: 'turn.on' } })).toBe(204)
    expect(actor.getSnapshot().value).toBe('on')
    actor.stop()
    expect(await send({ to: 1, event: { type: 'turn.on' } })).toBe(404)
  })

  test('tells a page all there is, then what changed', async () => {
    const { actor, feed, port, server } = await served()
    const text: string[] = []
    const request = http.get({ host: '127.0.0.1', port, path: `/${token}/feed` })
    const told = (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => (holds() ? resolve() : void setImmediate(look))
        look()
      })
    request.on('response', (response) => response.on('data', (chunk) => text.push(String(chunk))))
    await told(() => text.length > 0)
    expect(text[0]).toContain('"states":["switch.off"]')
    actor.send({ type: 'turn.on' })
    const batch = feed.collect()
    if (!batch) throw new Error('nothing has changed')
    server.tell(batch)
    await told(() => text.length > 1)
    expect(text[1]).toContain('"states":["switch.on"]')
    request.destroy()
    await told(() => server.readers === 0)
  })

  test('a page that never reads is left out: nothing piles up for it', async () => {
    const { port, server } = await served()
    const socket = connect({ host: '127.0.0.1', port })
    socket.pause()
    socket.write(`GET /${token}/feed HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    while (server.readers === 0) await new Promise((resolve) => setImmediate(resolve))
    const before = process.memoryUsage().external
    const said = [{ seq: 1, at: 0, from: 0, to: 1, type: 'turn.on', text: 'x'.repeat(10_000), took: [] }]
    for (let round = 0; round < 2_000; round++) server.tell({ now: round, said })
    expect(process.memoryUsage().external - before).toBeLessThan(8_000_000)
    socket.destroy()
  })

  test('a page that rests is open, is told nothing, and hears of the end as the others do', async () => {
    const { port, server } = await served()
    const texts = ['', '']
    const ended = ['feed', 'rest'].map(
      (route, nth) =>
        new Promise<void>((resolve) => {
          http.get({ host: '127.0.0.1', port, path: `/${token}/${route}` }, (response) => {
            response.on('data', (chunk) => {
              texts[nth] += chunk
            })
            response.on('close', resolve)
          })
        }),
    )
    while (server.pages < 2) await new Promise((resolve) => setImmediate(resolve))
    expect(server.readers).toBe(1)
    server.tell({ now: 5 })
    await server.stop()
    await Promise.all(ended)
    expect(texts[0]).toMatch(/"hello".*"now":5\}\n\nevent: over\n/s)
    expect(texts[1]).toBe(': resting\n\nevent: over\ndata: {}\n\n')
  })

  test('has a bound on pages', async () => {
    const { port, server } = await served()
    const requests = Array.from({ length: 16 }, (_, nth) =>
      http.get({ host: '127.0.0.1', port, path: `/${token}/${nth % 2 ? 'rest' : 'feed'}` }),
    )
    for (const request of requests) request.on('error', () => {})
    while (server.pages < 16) await new Promise((resolve) => setImmediate(resolve))
    for (const route of ['feed', 'rest']) expect((await ask(port, `/${token}/${route}`)).status).toBe(503)
    for (const request of requests) request.destroy()
  })
})

describe('a connection to the server', () => {
  /** What the server answers to what is said, until it hangs up. */
  const untilOver = (port: number, words: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port })
      let answer = ''
      socket.on('data', (bytes) => {
        answer += bytes
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(answer))
      socket.write(words)
    })
  const head = (port: number, method: string, path: string) =>
    `${method} /${token}/${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`
  /** No other limit than the one that is looked at. */
  const patient = { requestMs: 3_600_000, silentMs: 3_600_000, lookMs: 10 }

  test.each<[string, (port: number) => string]>([
    ['whose head does not come whole', (port) => head(port, 'GET', '')],
    ['whose body does not come', (port) => `${head(port, 'POST', 'send')}content-length: 9\r\n\r\n{`],
  ])('is closed when it has a request %s in time', async (_, words) => {
    const { port } = await served(['turn.on'], { ...patient, requestMs: 30 })
    expect(await untilOver(port, words(port))).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('is closed when it says nothing for too long', async () => {
    const { port } = await served([], { ...patient, silentMs: 30 })
    expect(await untilOver(port, '')).toBe('')
  })

  test('is closed behind its answer: nothing is kept alive', async () => {
    const { port } = await served([], patient)
    const answer = await untilOver(port, `${head(port, 'GET', '')}connection: keep-alive\r\n\r\n`)
    expect(answer).toMatch(/\r\nconnection: close\r\n/i)
  }, 5_000)

  test("that is a page's stream may be silent as long as it likes", async () => {
    const { port, server } = await served([], { requestMs: 20, silentMs: 20, lookMs: 5 })
    const over = untilOver(port, `${head(port, 'GET', 'rest')}\r\n`)
    // Another connection, begun when the stream stands, is closed for its silence meanwhile, twice.
    while (server.pages === 0) await new Promise((resolve) => setImmediate(resolve))
    for (let i = 0; i < 2; i++) await untilOver(port, '')
    expect(server.pages).toBe(1)
    await server.stop()
    expect(await over).toContain('event: over')
  })
})
