package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.ABORT;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.PUBLISH;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.PartSizing;
import io.bakstripe.worker.spool.Spool;
import io.bakstripe.worker.spool.SpoolSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stripes whose parts are too large for memory: every one of more than 5 MiB goes through a spool of 20 MiB. */
class SpooledStripeTest {
    private static final ActorTestKit KIT = ActorTestKit.create("spooled", StripeFixture.config());
    private static final AtomicInteger TASKS = new AtomicInteger();
    private static final long LIMIT = 20L << 20;

    /** For the closing parts, the trailers and nothing else. */
    private final ByteBudget budget = new ByteBudget(14 << 20);

    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);
    private final ExecutorService blocking = Executors.newFixedThreadPool(4);
    private Spool spool;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() {
        spool = Spool.open(new SpoolSettings(5 << 20, LIMIT, folder), blocking);
        fixture.spool = Optional.of(spool);
        fixture.sizing = new PartSizing(8 << 20, 8 << 20, 1000);
    }

    @AfterEach
    void leavesNothing() {
        fixture.expectNothingHeld();
        await().untilAsserted(() -> {
            assertThat(parts()).isZero();
            assertThat(spool.budget().free()).isEqualTo(LIMIT);
        });
        spool.close();
        blocking.shutdownNow();
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private long parts() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".part")).count();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void makesTheSameFileAsWithoutASpool() {
        fixture.data("base/1", 30 << 20);
        fixture.prepared().tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.PUBLISHED);
        // As much memory as the spool has room: what a part may be at most is the same then.
        StripeFixture inMemory = new StripeFixture(KIT, TASKS.incrementAndGet(), new ByteBudget((int) LIMIT));
        inMemory.sizing = fixture.sizing;
        inMemory.data("base/1", 30 << 20);
        inMemory.prepared().tell(inMemory.tick(PUBLISH));
        inMemory.await(StripeState.PUBLISHED);

        assertThat(stored(fixture)).hasSizeGreaterThan(30 << 20).isEqualTo(stored(inMemory));
        inMemory.expectNothingHeld();
    }

    private static byte[] stored(StripeFixture fixture) {
        byte[] file = fixture.objects.bytes(fixture.file(1)).orElseThrow();
        // The header tells when the file was made.
        return Arrays.copyOfRange(file, 4096, file.length - 4096);
    }

    @Test
    void holdsLargePartsInFilesAndNotInMemory() {
        fixture.data("base/1", 30 << 20);
        fixture.store.hangParts = true;
        fixture.worker(1).tell(fixture.tick(STREAM));

        await().untilAsserted(() -> assertThat(fixture.store.requestsInFlight).hasValue(2));
        assertThat(parts()).isEqualTo(2);
        assertThat(budget.free()).isEqualTo(budget.total());
        assertThat(spool.budget().free()).isLessThan(9L << 20);
        fixture.store.failHungParts();
        fixture.await(StripeState.FAILED);
    }

    @ParameterizedTest
    @EnumSource(EncryptionMode.class)
    void holdsNothingOfTheDatabaseWhereItIsEncrypted(EncryptionMode mode) throws IOException {
        byte[] page = "not for the eyes of others".getBytes(StandardCharsets.US_ASCII);
        fixture.encrypted(mode).data("base/1", 30 << 20);
        fixture.compression = false;
        byte[] file = fixture.database.files.get("base/1");
        for (int at = 0; at + page.length < file.length; at += 4096) {
            System.arraycopy(page, 0, file, at, page.length);
        }
        fixture.store.hangParts = true;
        fixture.worker(1).tell(fixture.tick(STREAM));
        await().untilAsserted(() -> assertThat(fixture.store.requestsInFlight).hasValue(2));

        assertThat(parts()).isEqualTo(2);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path spooled : files.toList()) {
                String bytes = Files.readString(spooled, StandardCharsets.ISO_8859_1);
                assertThat(bytes.contains("not for the eyes")).as("%s", spooled).isFalse();
            }
        }
        fixture.store.failHungParts();
        fixture.await(StripeState.FAILED);
    }

    @Test
    void tenStripesWaitForASmallSpoolInsteadOfGrowing() {
        fixture.data("base/1", 22 << 20);
        fixture.objects.keepNoBytes();
        for (int stripe = 1; stripe <= 10; stripe++) {
            fixture.worker(stripe).tell(fixture.tick(STREAM, stripe, 10, 1));
        }

        Set<Integer> drained = new HashSet<>();
        long most = 0;
        while (drained.size() < 10) {
            StripeReport report = (StripeReport) fixture.coordinator.receiveMessage(Duration.ofSeconds(60));
            assertThat(report.problem()).isEmpty();
            most = Math.max(most, parts());
            if (report.state() == StripeState.DRAINED) {
                drained.add(report.stripe().stripe());
            }
        }
        assertThat(most).isBetween(0L, 2L);
        assertThat(fixture.store.mostBytesInFlight.get()).isBetween(8L << 20, LIMIT);
    }

    @Test
    void aRefusedPartLeavesNoFile() {
        fixture.data("base/1", 40 << 20);
        fixture.store.refusePart = 2;
        fixture.worker(1).tell(fixture.tick(STREAM));

        fixture.await(StripeState.FAILED);
    }

    @Test
    void aWorkerThatStopsWhileAPartFillsLeavesNoFile() {
        fixture.data("base/1", 40 << 20);
        fixture.store.hangParts = true;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        await().untilAsserted(() -> assertThat(parts()).isEqualTo(2));

        fixture.restart(worker);
        fixture.store.failHungParts();
    }

    @Test
    void anAbortLeavesNoFile() {
        fixture.data("base/1", 40 << 20);
        fixture.store.hangParts = true;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        await().untilAsserted(() -> assertThat(parts()).isEqualTo(2));

        worker.tell(fixture.tick(ABORT));
        await().untilAsserted(() -> assertThat(fixture.objects.openUploads()).isEmpty());
        fixture.store.failHungParts();
    }

    @Test
    void partsGrowUntilTenThousandOfThemHoldFiveTerabytes() {
        Spool large = Spool.open(new SpoolSettings(16 << 20, 4L << 30, folder.resolve("large")), blocking);
        PartSpace space = new PartSpace(new ByteBudget(192 << 20), Optional.of(large));
        PartSpace memoryOnly = new PartSpace(new ByteBudget(192 << 20), Optional.empty());

        assertThat(capacity(space)).isGreaterThan(5_000_000_000_000L);
        assertThat(capacity(memoryOnly)).isLessThan(1_000_000_000_000L);
        large.close();
    }

    private static long capacity(PartSpace space) {
        long bytes = 0;
        for (int number = 1; number <= 10_000; number++) {
            bytes += space.targetBytes(PartSizing.standard().targetBytes(number));
        }
        return bytes;
    }
}
