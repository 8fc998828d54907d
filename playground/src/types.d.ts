// What the files of this folder speak of.

export interface GraphQLErrorLike {
  message: string
  path?: (string | number)[]
  [key: string]: unknown
}

/** A result as it is shown. */
export interface Result {
  data?: unknown
  errors?: GraphQLErrorLike[]
  extensions?: Record<string, unknown>
  [key: string]: unknown
}

/** An entry of `incremental`, in the form of 2022: at `path` stands new data, or a list gets items. */
export interface Patch {
  path?: (string | number)[]
  data?: unknown
  items?: unknown[] | null
  errors?: GraphQLErrorLike[]
  extensions?: Record<string, unknown>
}

/** A payload of a result that comes in pieces. */
export interface Payload extends Result {
  hasNext?: boolean
  incremental?: Patch[]
}

export interface Params {
  query: string
  variables?: unknown
  operationName?: string | null
}

export interface Tab {
  query: string
  variables?: string
}

/** What the server says to its page. */
export interface Config {
  path: string
  tabs: Tab[]
}

/** What an operation may give, and so what is asked for. */
export type Kind = 'result' | 'incremental' | 'live' | 'subscription'
