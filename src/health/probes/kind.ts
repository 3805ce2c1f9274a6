import type * as z from 'zod'
import type { Finding } from '../model.js'

/** What an `endpoint` comes apart into; its host is the instance itself. */
export interface Endpoint {
  scheme: string
  port: number
  /** With the query, as written. */
  path: string
}

/** The keys of a health check by name, as they were written. */
export type Written = Readonly<Record<string, unknown>>

/**
 * One kind of probe: how it is written, read, said and asked. It does no I/O by itself: what it asks by is handed to it. The file of
 * a kind and a line in the registry are all there is to a kind.
 */
export interface ProbeKind<
  P extends { kind: string } = { kind: string },
  Own extends z.core.$ZodLooseShape = z.core.$ZodLooseShape,
  Options extends z.core.$ZodLooseShape = z.core.$ZodLooseShape,
> {
  readonly kind: P['kind']
  readonly written: ByEndpoint<P> | ByKey<P, Own>
  /** Further keys of a health check, which go with this kind alone. */
  readonly options: Options
  /** The normalised form as it comes back from a file that cul8er wrote. */
  readonly normalised: z.ZodObject
  readonly asked: FromNetwork<P> | FromInside<P>
  /** What a load balancer can ask by itself; absent: nothing but a connection. */
  balancer?(probe: P): BalancerCheck
}

/** Written as an `endpoint` with a scheme of its own. */
export interface ByEndpoint<P> {
  by: 'endpoint'
  /** The schemes, each with its usual port; null: the port must be written. */
  schemes: Readonly<Record<string, number | null>>
  /** In words, for errors, the schema and docs: `http(s)://localhost:PORT/path`. */
  form: string
  /** null: it is none. */
  read(endpoint: Endpoint, options: Written): P | null
  /** What `read` reads back as this probe: the endpoint and its options. */
  write(probe: P): { endpoint: string } & Written
}

/** Written as a key of its own. */
export interface ByKey<P, Own> {
  by: 'key'
  key: Own
  read(value: unknown, options: Written): P
  write(probe: P): Written
  /** For people, in a message: short. */
  brief(probe: P): string
}

/** Asked from the host, at the instance's own address. */
export interface FromNetwork<P> {
  from: 'network'
  port(probe: P): number
  /** What the network throws, the caller tells apart. */
  ask(probe: P, network: Network): Promise<Finding>
  /** The same at the instance's loopback address, by what its image has. */
  askInside(probe: P, inside: Inside): Promise<Finding>
}

/** Asked inside the instance. */
export interface FromInside<P> {
  from: 'inside'
  ask(probe: P, inside: Inside): Promise<Finding>
  /** The command that it runs there. */
  command(probe: P): readonly string[]
}

/** An HTTP request that a load balancer makes to see who is fit for traffic. */
export interface BalancerCheck {
  scheme: 'http' | 'https'
  port: number
  path: string
  /** null: any 2xx. */
  expectedStatus: number | null
}

/** The way to one instance's ports. A certificate is not verified: it is made for the public name and not for the address. */
export interface Network {
  /** A connection that opens is all that is asked. */
  connect(port: number): Promise<void>
  /** GET; gives the status. */
  get(request: { scheme: 'http' | 'https'; port: number; path: string }): Promise<number>
  /** POST over HTTP/2, without TLS from the first byte on. */
  post2(request: {
    tls: boolean
    port: number
    path: string
    headers: Record<string, string>
    body: Uint8Array
  }): Promise<Http2Answer>
}

export interface Http2Answer {
  status: number
  /** Headers and trailers by their names in lower case. */
  headers: Record<string, string>
  body: Uint8Array
}

/** The way into one instance. */
export interface Inside {
  run(command: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>
  /** Whether somebody listens at the port, on whatever address. */
  listens(port: number): Promise<boolean>
  /** GET at the loopback address. */
  get(request: { scheme: 'http' | 'https'; port: number; path: string }): Promise<InsideAnswer>
}

/** A status; or `noAnswer`, `noProgram` to ask with, or an answer that got `lost` on the way out. */
export type InsideAnswer = number | 'noAnswer' | 'noProgram' | 'lost'
