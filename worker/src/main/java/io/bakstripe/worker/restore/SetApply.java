package io.bakstripe.worker.restore;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Sink;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.RangeWriter.ManifestFrame;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.store.RequestScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes the files of a whole set: all stripes at once, then the comparison with the manifest. Full backups and logs go into an empty directory, differentials over
 * the files of their base: then files get the sizes that the manifest lists, and what it does not list is removed. Run once.
 */
final class SetApply {
    private final FoundSet set;
    private final Listener listener;
    private final ActorSystem<?> system;
    private final OpenedFiles files;
    private final StripeDownload download;
    private final DataDirectoryWriter target;
    private final Optional<Overlay> overlay;
    private final HostName host;
    private final Executor blocking;
    private final SharedKillSwitch killSwitch = KillSwitches.shared("restore");

    SetApply(
            RestoreDependencies dependencies,
            OpenedFiles store,
            ActorSystem<?> system,
            HostName host,
            Path directory,
            FoundSet set,
            Listener listener) {
        this(
                dependencies.settings(),
                dependencies.budget(),
                store,
                system,
                host,
                directory,
                set,
                listener,
                Disk.ofHost());
    }

    /**
     * @param store the files as the instance may read them; closed at the end
     * @param disk that the directory is on
     */
    SetApply(
            RestoreSettings settings,
            ByteBudget budget,
            OpenedFiles store,
            ActorSystem<?> system,
            HostName host,
            Path directory,
            FoundSet set,
            Listener listener,
            Disk disk) {
        this.blocking =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("bakstripe.worker.blocking-dispatcher"));
        this.set = set;
        this.listener = listener;
        this.system = system;
        this.host = host;
        OpenFiles open = new OpenFiles(settings.openFiles(), disk);
        boolean over = set.header().type() == BackupType.DIFFERENTIAL;
        this.target =
                over ? DataDirectoryWriter.over(host, directory, open) : new DataDirectoryWriter(host, directory, open);
        this.overlay = over ? Optional.of(new Overlay(target)) : Optional.empty();
        this.files = store;
        this.download = new StripeDownload(
                // One budget for all that this restore asks for: what goes well pays for what does not.
                store.within(RequestScope.ofBudget(settings.retries())),
                budget,
                settings,
                new PlainRooms(settings.writers()),
                blocking);
    }

    /**
     * Begins. The stage completes once everything is durable and matches the manifest, and fails with a {@code BakstripeException}; after both
     * nothing is being written any more.
     */
    CompletionStage<Done> run() {
        return CompletableFuture.runAsync(this::checkSpace, blocking)
                .thenCompose(enough -> streams())
                .thenApplyAsync(
                        pages -> {
                            target.removeVanished();
                            return pages;
                        },
                        blocking)
                .thenCompose(this::compare)
                .whenComplete((done, failed) -> files.close())
                .whenCompleteAsync((done, failed) -> target.close(), blocking);
    }

    /** Breaks off: no write begins after this returned, and none is under way any more once the stage completes. */
    CompletionStage<Done> stop() {
        killSwitch.shutdown();
        target.refuse();
        return CompletableFuture.runAsync(target::close, blocking).thenApply(closed -> Done.done());
    }

    private void checkSpace() {
        long needed = set.stop().plainBytes();
        try {
            long free = Files.getFileStore(target.root()).getUsableSpace();
            if (free < needed) {
                throw BackupError.SPACE_SHORT.problem(host, needed, free).asException();
            }
        } catch (IOException failed) {
            throw BackupError.HOST_IO
                    .problem(host, target.root(), failed.toString())
                    .asException(failed);
        }
    }

    private CompletionStage<List<Page>> streams() {
        List<CompletableFuture<List<Page>>> streams = set.stripes().stream()
                .map(this::stream)
                .map(CompletionStage::toCompletableFuture)
                .toList();
        return CompletableFuture.allOf(streams.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> streams.stream()
                        .flatMap(stream -> stream.join().stream())
                        .toList());
    }

    private CompletionStage<List<Page>> stream(FoundStripe stripe) {
        int family = stripe.header().family();
        int parts = stripe.trailer().parts().size();
        AtomicLong done = new AtomicLong();
        List<Page> pages = new ArrayList<>();
        return download.parts(stripe, target, bytes -> listener.progress(family, bytes))
                .via(killSwitch.flow())
                .mapAsync(
                        1,
                        part -> listener.partApplied(family, part.number(), done.addAndGet(part.plainBytes()))
                                .thenApply(recorded -> part))
                .runWith(
                        Sink.fold(0, (count, part) -> {
                            part.manifest().forEach(frame -> pages.add(new Page(stripe, frame)));
                            RangeWriter.checkPages(Place.part(stripe.object().file(), part.number()), pages.size());
                            return count + 1;
                        }),
                        system)
                .thenApply(seen -> {
                    // A stream that was stopped ends as quietly as one that is through.
                    if (seen != parts) {
                        throw BackupError.STOPPED_BY_NODE.problem().asException();
                    }
                    return pages;
                })
                .whenComplete((all, failed) -> {
                    if (failed != null) {
                        killSwitch.abort(failed);
                    }
                });
    }

    private CompletionStage<Done> compare(List<Page> pages) {
        ManifestCheck check = new ManifestCheck(target);
        CompletionStage<Void> chain = CompletableFuture.completedFuture(null);
        for (Page page : pages) {
            Place place = Place.part(page.stripe().object().file(), page.frame().part());
            chain = chain.thenCompose(before -> download.payload(page.stripe(), page.frame()))
                    .thenAcceptAsync(
                            payload -> ManifestPage.forEach(place, ByteBuffer.wrap(payload), entry -> {
                                overlay.ifPresent(files -> files.entry(place, entry));
                                check.entry(place, entry);
                            }),
                            blocking);
        }
        return chain.thenApplyAsync(
                all -> {
                    check.finish(
                            set.stripes().get(0).object().file(), set.stop().files());
                    overlay.ifPresent(Overlay::removeUnlisted);
                    return Done.done();
                },
                blocking);
    }

    /** Is told how far a set is applied, from any thread. */
    interface Listener {
        /** These bytes of the database are written. */
        void progress(int family, long bytes);

        /**
         * The part is durable; the stream of its stripe goes on when the stage completes.
         *
         * @param doneBytes of the database in this part and the parts of its stripe before it
         */
        CompletionStage<Done> partApplied(int family, int part, long doneBytes);
    }

    private record Page(FoundStripe stripe, ManifestFrame frame) {}
}
