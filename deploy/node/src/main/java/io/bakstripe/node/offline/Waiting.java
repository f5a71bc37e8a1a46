package io.bakstripe.node.offline;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Waits for stages in commands, which have nothing else to do meanwhile. */
public final class Waiting {
    private Waiting() {}

    /** What the stage comes to; throws what it fails with. */
    public static <T> T on(Supplier<CompletionStage<T>> work) {
        try {
            return work.get().toCompletableFuture().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }
}
