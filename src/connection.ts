import { InterceptingCall, Metadata, status } from '@grpc/grpc-js';
import type { Interceptor } from '@grpc/grpc-js';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

/**
 * Connects as the SDK does, and may be closed at any time: a call that waits to be tried again then, or comes later, rejects with
 * `CANCELLED`, and one that is on its way ends as it would. With the SDK's own connection such a retry throws in a timer, where nobody can catch it, and ends the process
 * (SDK 1.24). Rejects where no server answers.
 */
export function openConnection(options: ConnectionOptions): Promise<Connection> {
  const tryAgain = makeGrpcRetryInterceptor(defaultGrpcRetryOptions());
  return Connection.connect({ ...options, interceptors: [tryAgain, cancelledOnceClosed] });
}

/** The innermost one: a closed channel throws at a new call; this answers instead. */
const cancelledOnceClosed: Interceptor = (options, nextCall) => {
  try {
    return new InterceptingCall(nextCall(options));
  } catch (error) {
    return cancelledCall(error);
  }
};

function cancelledCall(error: unknown): InterceptingCall {
  const details = error instanceof Error ? error.message : String(error);
  const nothing = (): void => undefined;
  // Nothing below is ever called: each part of the request ends here.
  const noCall = null as unknown as InterceptingCall;
  return new InterceptingCall(noCall, {
    start(_metadata, listener) {
      listener.onReceiveMessage(null);
      listener.onReceiveStatus({ code: status.CANCELLED, details, metadata: new Metadata() });
    },
    sendMessage: nothing,
    halfClose: nothing,
    cancel: nothing,
  });
}
