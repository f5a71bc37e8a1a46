package io.bakstripe.api.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Repeats a request whose connection broke before the answer: the server closed a connection that was kept open, or it was restarted.
 *
 * <p>The caller cannot know whether a request that broke was carried out, so only requests that are safe to repeat may be given here. A request that
 * was never sent, because nobody listens, and one that is not answered in time are not repeated; but once a connection broke, nobody listening counts
 * as the same failure going on.
 *
 * @param pauses before the first, the second and every further repetition; as many repetitions as pauses are made
 */
record Repetition(List<Duration> pauses) {
    /** At once, as a new connection is all that a closed one needs; then for a server that is restarted. Five seconds in all. */
    static final Repetition DEFAULT =
            new Repetition(List.of(Duration.ZERO, Duration.ofMillis(1_500), Duration.ofMillis(3_500)));

    /** One try at the request. */
    @FunctionalInterface
    interface Call<T> {
        T send() throws IOException, InterruptedException;
    }

    Repetition {
        pauses = List.copyOf(pauses);
    }

    /** The first answer; throws what the last try threw. */
    <T> T of(Call<T> call) throws IOException, InterruptedException {
        boolean broken = false;
        for (Duration pause : pauses) {
            try {
                return call.send();
            } catch (IOException failed) {
                broken |= broke(failed);
                if (!broken || failed instanceof HttpTimeoutException) {
                    throw failed;
                }
            }
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        }
        return call.send();
    }

    private static boolean broke(IOException failed) {
        boolean neverSent = failed instanceof ConnectException || failed instanceof HttpConnectTimeoutException;
        return !neverSent && !(failed instanceof HttpTimeoutException);
    }
}
