package io.bakstripe.worker.store.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Collects a range of known length into one buffer. The SDK's own collector grows a buffer and copies it once more at the end; here memory is taken
 * once, and an answer of another length than was asked for is an error. One per request; the SDK calls {@link #prepare()} for every attempt.
 */
final class RangeBody implements AsyncResponseTransformer<GetObjectResponse, ByteBuffer> {
    private final int length;
    private CompletableFuture<ByteBuffer> collected = new CompletableFuture<>();

    RangeBody(int length) {
        this.length = length;
    }

    @Override
    public CompletableFuture<ByteBuffer> prepare() {
        collected = new CompletableFuture<>();
        return collected;
    }

    @Override
    public void onResponse(GetObjectResponse response) {
        // The bytes are counted as they arrive; what the header says of them is not needed.
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> publisher) {
        publisher.subscribe(new Collector(collected, length));
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        collected.completeExceptionally(error);
    }

    private static final class Collector implements Subscriber<ByteBuffer> {
        private final CompletableFuture<ByteBuffer> collected;
        private final ByteBuffer bytes;
        private Subscription subscription = new Idle();

        Collector(CompletableFuture<ByteBuffer> collected, int length) {
            this.collected = collected;
            this.bytes = ByteBuffer.allocate(length);
        }

        @Override
        public void onSubscribe(Subscription started) {
            subscription = started;
            started.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            if (piece.remaining() > bytes.remaining()) {
                subscription.cancel();
                collected.completeExceptionally(new IOException(
                        "more than the " + bytes.capacity() + " bytes of the range arrived: the store ignores ranges"));
                return;
            }
            bytes.put(piece);
        }

        @Override
        public void onError(Throwable error) {
            collected.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            if (bytes.hasRemaining()) {
                collected.completeExceptionally(new IOException(
                        "the body ended after " + bytes.position() + " of " + bytes.capacity() + " bytes"));
            } else {
                collected.complete(bytes.flip());
            }
        }
    }

    private static final class Idle implements Subscription {
        @Override
        public void request(long count) {
            // Nothing flows yet.
        }

        @Override
        public void cancel() {
            // Nothing flows yet.
        }
    }
}
