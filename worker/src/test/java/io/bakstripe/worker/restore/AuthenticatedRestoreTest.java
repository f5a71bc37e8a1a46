package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets of mode 2 are restored as plain ones are, and not at all where anything in them was changed. */
final class AuthenticatedRestoreTest {
    private static final ActorTestKit KIT = ActorTestKit.create();

    @TempDir
    Path target;

    private final MemoryObjectStore store = SampleSet.emptyStore();
    private final LocalKeys keys = new LocalKeys();
    private final SampleSet set = new SampleSet().into(store, keys);
    private final OpenedFiles files =
            new OpenedFiles(store, keys, new KeyChoice.Named(Optional.of(LocalKeys.KEY)), Runnable::run, true);

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    private void restore() throws Exception {
        FoundSet found = new StoreSetFinder(files, StoreSetFinderTest.SETTINGS)
                .find(SampleSet.arn("orders-*"))
                .toCompletableFuture()
                .join();
        RestoreDependencies dependencies = new RestoreDependencies(
                any -> arn -> CompletableFuture.failedFuture(new IllegalStateException()),
                Stores.only(store),
                new ByteBudget(16 << 20),
                StoreSetFinderTest.SETTINGS,
                InstantSource.system(),
                host -> KIT.createTestProbe(HostCommand.class).getRef(),
                (database, report) -> {},
                "node");
        new SetApply(
                        dependencies.settings(),
                        dependencies.budget(),
                        files,
                        KIT.system(),
                        new HostName("local"),
                        target,
                        found,
                        new Unheard(),
                        Disk.ofHost())
                .run()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void everyFileIsRestoredBitForBit() throws Exception {
        restore();

        for (Map.Entry<String, byte[]> file : set.files.entrySet()) {
            assertThat(Files.readAllBytes(target.resolve(file.getKey())))
                    .as(file.getKey())
                    .isEqualTo(file.getValue());
        }
    }

    @Test
    void aPartThatWasChangedIsNamed() throws IOException {
        byte[] stored = store.bytes(SampleSet.arn(SampleSet.key(2))).orElseThrow();
        stored[200] ^= 1;
        store.put(SampleSet.arn(SampleSet.key(2)), stored, Map.of());

        Problem refusal = Problem.of(catchThrowable(this::restore));

        assertThat(refusal.error()).isEqualTo(BackupError.FILE_DAMAGED);
        assertThat(refusal.detail()).contains(SampleSet.key(2), "part 1");
    }

    private static final class Unheard implements SetApply.Listener {
        @Override
        public void progress(int family, long more) {
            // Nobody asks.
        }

        @Override
        public CompletionStage<Done> partApplied(int family, int part, long doneBytes) {
            return CompletableFuture.completedFuture(Done.done());
        }
    }
}
