/** What seals the file of a run once nothing is added to it any more: `createFileSeal` of the gateways. */
export interface FileSeal {
  seal(from: string, to: string, boundTo: string): Promise<void>;
  open(from: string, to: string, boundTo: string): Promise<void>;
}
