package io.bakstripe.worker.session;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.SessionCommand.StoppedEngine;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.BlockRuns;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.engine.PageCheck;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.engine.PageReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.engine.RestoreHost;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.session.SessionHold.StoppedBackup;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A database whose files lie in memory and may vanish, shrink, fail or hang while they are read. */
public final class FakeDatabase implements Sources, Engine {
    static final StartFacts START =
            new StartFacts("fake", "18", "1", 1, new Lsn(16), 16 << 20, "", "shop", Optional.empty(), Instant.EPOCH);

    private static final int PIECE = 1 << 20;
    private static final int PAGE = 8192;
    private static final byte TORN = (byte) 0xEE;

    public final Map<String, byte[]> files = new ConcurrentSkipListMap<>();
    public final List<String> directories = new ArrayList<>();
    /** Files of which only these blocks are listed. */
    public final Map<String, BlockRuns> changed = new ConcurrentHashMap<>();

    public final List<Lsn> givenBack = new CopyOnWriteArrayList<>();
    public final List<Extent> closing = new ArrayList<>();
    public final AtomicInteger opens = new AtomicInteger();
    public final AtomicInteger resumes = new AtomicInteger();
    public final AtomicInteger openHolds = new AtomicInteger();
    public final AtomicInteger openReaders = new AtomicInteger();
    public final AtomicInteger rereadings = new AtomicInteger();
    private final Map<Suspect, Integer> tornPages = new ConcurrentHashMap<>();
    public volatile @Nullable Problem refuseOpen;
    public volatile @Nullable Problem refuseStop;
    public volatile @Nullable RuntimeException lost;
    public volatile @Nullable Problem refuseRead;
    public volatile @Nullable Problem refuseResume;
    public volatile @Nullable Problem refuseGiveBack;
    volatile @Nullable BackupOrder ordered;
    volatile Optional<Instant> serverTime = Optional.empty();
    volatile Optional<KeptLog> keptLog = Optional.empty();
    public volatile boolean hangOpen;
    volatile boolean hangStop;
    public volatile boolean hangReads;
    volatile CountDownLatch mayResume = new CountDownLatch(0);
    volatile @Nullable StoppedBackup resumedFrom;

    /** A file of bytes that do not compress, the same for the same name. */
    public FakeDatabase file(String path, int bytes) {
        byte[] content = new byte[bytes];
        new java.util.Random(path.hashCode()).nextBytes(content);
        files.put(path, content);
        return this;
    }

    /** A page of 8 KiB that looks damaged, in plans and in so many single readings. */
    public FakeDatabase torn(String path, int block, int readings) {
        tornPages.put(page(path, block), readings);
        return this;
    }

    /** The page is as it should be. */
    public void mended(String path, int block) {
        tornPages.remove(page(path, block));
    }

    private static Suspect page(String path, int block) {
        return new Suspect(path, (long) block * PAGE, PAGE, block);
    }

    @Override
    public CompletionStage<SourceAddress> resolve(InstanceView view, DatabaseRef database) {
        return CompletableFuture.completedFuture(new SourceAddress("jdbc:fake", "backup", "secret"));
    }

    @Override
    public CompletionStage<Optional<RestoreHost>> host(InstanceView view) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public Engine engine(InstanceView view) {
        return this;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public SourceFacts inspect(SourceAddress address, BackupOrder order) {
        return new SourceFacts("18", "1", 0);
    }

    @Override
    public Examination examine(SourceAddress address, DatabaseRef database, DatabaseName display, boolean keepsLog) {
        return new Examination(List.of(), OptionalLong.empty());
    }

    @Override
    public BackupHold resume(
            SourceAddress where, BackupOrder order, StartFacts start, StopFacts stopped, List<Extent> inline) {
        resumes.incrementAndGet();
        resumedFrom = new StoppedBackup(start, new StoppedEngine(stopped, inline));
        await(mayResume);
        throwIf(refuseResume);
        lost = null;
        openHolds.incrementAndGet();
        return new Hold();
    }

    @Override
    public void giveBack(SourceAddress address, DatabaseRef database, DatabaseName display, Lsn published) {
        throwIf(refuseGiveBack);
        givenBack.add(published);
    }

    @Override
    public BackupHold open(SourceAddress address, BackupOrder order) {
        ordered = order;
        opens.incrementAndGet();
        throwIf(refuseOpen);
        openHolds.incrementAndGet();
        return new Hold();
    }

    @Override
    public ExtentReader reader(SourceAddress address, DatabaseName display) {
        openReaders.incrementAndGet();
        return new Reader();
    }

    @Override
    public PageReader pageReader(SourceAddress address, DatabaseName display, StartFacts start) {
        openReaders.incrementAndGet();
        return new Pages();
    }

    private byte[] asRead(String path, byte[] content, int from, int to) {
        byte[] read = Arrays.copyOfRange(content, from, to);
        tornPages.keySet().stream()
                .filter(page -> page.path().equals(path) && page.offset() >= from && page.offset() < to)
                .forEach(page -> Arrays.fill(
                        read,
                        (int) page.offset() - from,
                        (int) Math.min(page.offset() - from + PAGE, read.length),
                        TORN));
        return read;
    }

    private static List<Suspect> suspects(Piece piece) {
        byte[] bytes = piece.bytes();
        List<Suspect> found = new ArrayList<>();
        for (int at = 0; at + PAGE <= bytes.length; at += PAGE) {
            byte[] page = Arrays.copyOfRange(bytes, at, at + PAGE);
            byte[] torn = new byte[PAGE];
            Arrays.fill(torn, TORN);
            if (Arrays.equals(page, torn)) {
                found.add(page(piece.path(), (int) ((piece.offset() + at) / PAGE)));
            }
        }
        return found;
    }

    private final class Pages implements PageReader {
        @Override
        public List<Reading> again(List<Suspect> pages) {
            rereadings.incrementAndGet();
            return pages.stream().map(this::again).toList();
        }

        private Reading again(Suspect page) {
            Integer left = tornPages.computeIfPresent(page, (torn, readings) -> readings == 0 ? null : readings - 1);
            byte[] content = files.get(page.path());
            if (left != null) {
                return Reading.damaged();
            }
            return content == null
                    ? Reading.gone()
                    : Reading.sound(
                            Arrays.copyOfRange(content, (int) page.offset(), (int) page.offset() + page.length()));
        }

        @Override
        public void abort() {}

        @Override
        public void close() {
            openReaders.decrementAndGet();
        }
    }

    private static void throwIf(@Nullable Problem problem) {
        if (problem != null) {
            throw problem.asException();
        }
    }

    private final class Hold implements BackupHold {
        private final CountDownLatch aborted = new CountDownLatch(1);
        private boolean closed;

        @Override
        public StartFacts start() {
            return START;
        }

        @Override
        public void list(Consumer<Listed> consumer) {
            if (hangOpen) {
                await(aborted);
                throw BackupError.SESSION_LOST.problem("shop", "aborted").asException();
            }
            directories.forEach(path -> consumer.accept(Listed.whole(Extent.directory(path))));
            files.forEach((path, content) -> {
                Extent whole = Extent.file(path, 0, content.length);
                BlockRuns blocks = changed.get(path);
                consumer.accept(blocks == null ? Listed.whole(whole) : Listed.changed(whole, blocks));
            });
        }

        @Override
        public void verifyOpen() {
            RuntimeException failure = lost;
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public Stop stop() {
            if (hangStop) {
                await(aborted);
                throw BackupError.SESSION_LOST.problem("shop", "aborted").asException();
            }
            throwIf(refuseStop);
            return new Stop(new Lsn(4096), Instant.EPOCH.plusSeconds(60), closing, serverTime, keptLog);
        }

        @Override
        public long statements() {
            return 3;
        }

        @Override
        public void abort() {
            aborted.countDown();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openHolds.decrementAndGet();
            }
        }
    }

    private final class Reader implements ExtentReader {
        private final Deque<Supplier<Piece>> pieces = new ArrayDeque<>();
        private final CountDownLatch aborted = new CountDownLatch(1);
        private boolean usedUp = true;
        private volatile long statements;

        @Override
        public void begin(List<Extent> extents) {
            if (!usedUp) {
                throw new IllegalStateException("extents are left over");
            }
            usedUp = false;
            statements++;
            extents.forEach(this::cut);
        }

        private void cut(Extent extent) {
            byte[] content =
                    extent.kind() == ExtentKind.FILE ? files.get(extent.path()) : new byte[(int) extent.length()];
            if (content == null) {
                pieces.add(() ->
                        new Piece(extent.kind(), extent.path(), extent.offset(), new byte[0], Piece.State.VANISHED));
                return;
            }
            long at = extent.offset();
            long end = extent.offset() + extent.length();
            do {
                int from = (int) Math.min(at, content.length);
                int to = (int) Math.min(Math.min(at + PIECE, end), content.length);
                boolean isShort = content.length < Math.min(at + PIECE, end);
                long offset = at;
                pieces.add(() -> new Piece(
                        extent.kind(),
                        extent.path(),
                        offset,
                        asRead(extent.path(), content, from, to),
                        isShort ? Piece.State.SHORT : Piece.State.WHOLE));
                at = isShort ? end : to;
            } while (at < end);
        }

        @Override
        public @Nullable Piece next() {
            if (hangReads) {
                await(aborted);
                throw BackupError.ENGINE_FAILED.problem("shop", "aborted").asException();
            }
            throwIf(refuseRead);
            Supplier<Piece> piece = pieces.poll();
            usedUp = piece == null;
            return piece == null ? null : piece.get();
        }

        @Override
        public PageCheck pages() {
            return FakeDatabase::suspects;
        }

        @Override
        public long statements() {
            return statements;
        }

        @Override
        public void abort() {
            aborted.countDown();
        }

        @Override
        public void close() {
            openReaders.decrementAndGet();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
