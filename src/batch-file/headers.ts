/** Names of HTTP headers whose value is a credential. */
export const HEADERS_THAT_ARE_SECRET = /authori[sz]ation|cookie|token|secret|passw|credential|api-?key|signature/i;
