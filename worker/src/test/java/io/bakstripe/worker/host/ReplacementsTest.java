package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.ChainCopies.DISPLAY;
import static io.bakstripe.worker.host.ChainCopies.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.worker.host.Replacements.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Databases that are open, and restores that take their place. The rows say which one is served. */
class ReplacementsTest {
    private static final String WHO = "SELECT who FROM rows";
    private static final String LIVING = "living";
    private static final String RESTORED = "restored";

    /** A node that dies: nothing of ours catches this. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    @TempDir
    static Path data;

    private static TestHost host;
    private static ChainSource source;
    private static ChainCopies copies;

    @BeforeAll
    static void startSource() throws Exception {
        host = new TestHost(data);
        ServerConnection shop = host.provision("shop", "CREATE TABLE rows (who text)");
        execute(shop, "INSERT INTO rows VALUES ('" + RESTORED + "')");
        source = new ChainSource(shop, host.pgdata("shop"));
        copies = new ChainCopies(host.servers(), source);
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void takeTheAddressOfTheDatabaseThatTheyReplace() throws Exception {
        ServerConnection before = living("address");
        Optional<UUID> fork = host.servers().recoveryFork(ref("address"));

        AttemptRef attempt = restoredBeside("address");
        assertThat(column(before, WHO)).containsExactly(LIVING);
        ServerConnection after = open(host.servers(), "address", attempt);

        assertThat(after.port()).isEqualTo(before.port());
        assertThat(after.password()).isEqualTo(before.password());
        assertThat(column(after, WHO)).containsExactly(RESTORED);
        assertThat(host.servers().recoveryFork(ref("address"))).isPresent().isNotEqualTo(fork);
        assertThat(host.servers().kept(ref("address")).map(KeptDatabase::fork)).isEqualTo(fork.map(UUID::toString));
        assertThat(running("address")).hasSize(1);
        assertThat(open(host.servers(), "address", attempt)).isEqualTo(after);
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"OPENED", "STOPPED", "PORT_GIVEN", "SERVED_STOPPED", "SWAPPED"})
    void leaveOneDatabaseServedWhereverTheNodeDiesAndAreFinishedByTheNextOne(Step death) throws Exception {
        String name = "death " + death;
        ServerConnection before = living(name);
        AttemptRef attempt = restoredBeside(name);

        assertThatThrownBy(() -> open(host.watched(dying(death)), name, attempt))
                .isInstanceOf(Death.class);

        boolean swapped = death == Step.SWAPPED;
        assertServed(before, name, swapped ? RESTORED : LIVING);
        ServerConnection after = open(host.forgotten().servers(), name, attempt);
        assertThat(after.port()).isEqualTo(before.port());
        assertServed(before, name, RESTORED);
        assertThat(host.servers().kept(ref(name))).isPresent();
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"STAGED", "OPENED", "PORT_GIVEN", "SERVED_STOPPED", "SWAPPED"})
    void leaveTheDatabaseAsItWasWhenTheyAreDiscardedWhereverTheNodeDied(Step death) throws Exception {
        String name = "discarded " + death;
        ServerConnection before = living(name);
        AttemptRef attempt = copies.attempt();
        ManagedServers dying = host.watched(dying(death));
        assertThatThrownBy(() -> {
                    source.full(dying.prepare(ref(name), attempt, Kind.REPLACEMENT, Optional.empty()));
                    open(dying, name, attempt);
                })
                .isInstanceOf(Death.class);

        assertThat(host.forgotten().servers().discard(ref(name), attempt)).isFalse();

        assertServed(before, name, LIVING);
        assertThat(host.servers().kept(ref(name))).isEmpty();
        assertThat(left(host.directory(ref(name)).aside().root())).isEmpty();
        open(host.servers(), name, restoredBeside(name));
        assertServed(before, name, RESTORED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"SERVED_STOPPED", "SWAPPED", "CLEARED"})
    void areTakenBackWhenNobodyHasHeardOfThemEvenIfTheNodeDiesMeanwhile(Step death) throws Exception {
        String name = "unheard " + death;
        ServerConnection before = living(name);
        AttemptRef attempt = restoredBeside(name);
        open(host.servers(), name, attempt);

        assertThatThrownBy(() -> host.watched(dying(death)).discard(ref(name), attempt))
                .isInstanceOf(Death.class);
        host.forgotten().servers().discard(ref(name), attempt);

        assertServed(before, name, LIVING);
        assertThat(host.servers().kept(ref(name))).isEmpty();
        assertThat(left(host.directory(ref(name)).aside().root())).isEmpty();
    }

    @Test
    void areTakenBackAtOnceWhenTheirServerDoesNotStartInTheOtherOnesPlace() throws Exception {
        ServerConnection before = living("broken");
        AttemptRef attempt = restoredBeside("broken");
        ManagedServers breaking = host.watched(step -> {
            if (step == Step.SWAPPED) {
                remove(host.directory(ref("broken")).aside().data().resolve("global/pg_control"));
            }
        });

        assertThatThrownBy(() -> open(breaking, "broken", attempt)).satisfies(failed(BackupError.SERVER_NOT_STARTED));

        assertThat(column(before, WHO)).containsExactly(LIVING);
        assertThat(host.servers().kept(ref("broken"))).isEmpty();
        host.servers().discard(ref("broken"), attempt);
        assertServed(before, "broken", LIVING);
    }

    @Test
    void touchNothingWhenTheSetCannotBeOpened() throws Exception {
        ServerConnection before = living("unopened");
        AttemptRef attempt = copies.attempt();
        Path staging = prepare("unopened", attempt);
        source.full(staging);
        Files.delete(staging.resolve("backup_label"));

        assertThatThrownBy(() -> open(host.servers(), "unopened", attempt))
                .isInstanceOf(io.bakstripe.protocol.error.BakstripeException.class);

        assertThat(column(before, WHO)).containsExactly(LIVING);
        host.servers().discard(ref("unopened"), attempt);
        assertServed(before, "unopened", LIVING);
        assertThat(left(host.directory(ref("unopened")).aside().root())).isEmpty();
    }

    @Test
    void areRefusedBesideWhatIsNotOpenAndBesideAKeptOne() throws Exception {
        assertThatThrownBy(() -> prepare("nobody", copies.attempt())).satisfies(failed(BackupError.REPLACE_NOTHING));
        copies.full("restoring");
        assertThatThrownBy(() -> prepare("restoring", copies.attempt()))
                .satisfies(failed(BackupError.REPLACE_NOT_ONLINE));
        living("twice");
        open(host.servers(), "twice", restoredBeside("twice"));
        assertThatThrownBy(() -> prepare("twice", copies.attempt())).satisfies(failed(BackupError.KEPT_ALREADY));
    }

    @Test
    void letTheOneBeforeBeSwappedBackAndForth() throws Exception {
        ServerConnection before = living("back");
        String old = fork("back");
        open(host.servers(), "back", restoredBeside("back"));
        String fresh = fork("back");
        execute(host.servers().connect(ref("back")), "INSERT INTO rows VALUES ('later')");

        assertThat(host.servers().swapBack(ref("back"), old)).isEmpty();
        assertServed(before, "back", LIVING);
        assertThat(host.servers().kept(ref("back")).map(KeptDatabase::fork)).contains(fresh);
        // Asked twice, swapped once.
        assertThat(host.servers().swapBack(ref("back"), old)).isEmpty();
        assertServed(before, "back", LIVING);

        assertThat(host.servers().swapBack(ref("back"), fresh)).isEmpty();
        assertThat(column(before, WHO)).containsExactly(RESTORED, "later");
        assertThat(host.servers().swapBack(ref("back"), UUID.randomUUID().toString()))
                .map(Problem::error)
                .contains(BackupError.KEPT_CHANGED);
        assertThat(column(before, WHO)).containsExactly(RESTORED, "later");
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"SERVED_STOPPED", "SWAPPED"})
    void areSwappedBackByTheNextNodeWhenOneDies(Step death) throws Exception {
        String name = "back " + death;
        ServerConnection before = living(name);
        String old = fork(name);
        open(host.servers(), name, restoredBeside(name));

        assertThatThrownBy(() -> host.watched(dying(death)).swapBack(ref(name), old))
                .isInstanceOf(Death.class);
        assertServed(before, name, death == Step.SWAPPED ? LIVING : RESTORED);

        assertThat(host.forgotten().servers().swapBack(ref(name), old)).isEmpty();
        assertServed(before, name, LIVING);
    }

    @Test
    void stayServedWhenTheOneBeforeDoesNotStartAnyMore() throws Exception {
        ServerConnection before = living("gone");
        String old = fork("gone");
        open(host.servers(), "gone", restoredBeside("gone"));
        Files.delete(host.pgdata("gone").resolve("global/pg_control"));

        assertThat(host.servers().swapBack(ref("gone"), old))
                .map(Problem::error)
                .contains(BackupError.SERVER_NOT_STARTED);

        assertServed(before, "gone", RESTORED);
        assertThat(host.servers().kept(ref("gone")).map(KeptDatabase::fork)).contains(old);
    }

    @Test
    void letTheKeptOneBeDropped() throws Exception {
        ServerConnection before = living("dropped");
        open(host.servers(), "dropped", restoredBeside("dropped"));

        host.servers().dropKept(ref("dropped"));

        assertThat(host.servers().kept(ref("dropped"))).isEmpty();
        assertThat(left(host.root("dropped"))).containsExactlyInAnyOrder("lock", "served.json");
        assertServed(before, "dropped", RESTORED);
        host.servers().dropKept(ref("dropped"));
        // And now the own place is the free one.
        open(host.servers(), "dropped", restoredBeside("dropped"));
        assertServed(before, "dropped", RESTORED);
        assertThat(left(host.root("dropped"))).contains("pgdata");
    }

    @Test
    void leaveNothingOfAKeptOneWhoseRemovalANodeDidNotFinish() throws Exception {
        ServerConnection before = living("half");
        open(host.servers(), "half", restoredBeside("half"));

        assertThatThrownBy(() -> host.watched(dying(Step.CLEARED)).dropKept(ref("half")))
                .isInstanceOf(Death.class);
        assertServed(before, "half", RESTORED);
        assertThat(host.servers().kept(ref("half"))).isEmpty();

        living("quarter");
        open(host.servers(), "quarter", restoredBeside("quarter"));
        Files.delete(host.directory(ref("quarter")).record());
        host.forgotten().servers().adoptAll();
        assertThat(left(host.root("quarter"))).containsExactlyInAnyOrder("lock", "served.json");
    }

    @Test
    void keepNobodyFromTheDatabaseWhileTheyOpen() throws Exception {
        ServerConnection before = living("served");
        AttemptRef attempt = restoredBeside("served");
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ManagedServers slow = host.watched(step -> {
            if (step == Step.OPENED) {
                opened.countDown();
                await(goOn);
            }
        });
        CompletableFuture<ServerConnection> opening =
                CompletableFuture.supplyAsync(() -> open(slow, "served", attempt));
        assertThat(opened.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(slow.running(ref("served")).map(ServerConnection::port)).contains(before.port());
        assertThat(running("served")).hasSize(2);
        goOn.countDown();
        assertThat(column(opening.get(), WHO)).containsExactly(RESTORED);
    }

    private static ServerConnection living(String name) {
        ServerConnection living =
                host.provision(name, "CREATE TABLE rows (who text)", "INSERT INTO rows VALUES ('" + LIVING + "')");
        // The address names the source's database, so that one connection reads whichever is served.
        return inside(living);
    }

    private static ServerConnection inside(ServerConnection living) {
        try {
            execute(TestHost.inside(living, "postgres"), "ALTER DATABASE \"" + living.dbname() + "\" RENAME TO shop");
        } catch (java.sql.SQLException failure) {
            throw new IllegalStateException(failure);
        }
        return TestHost.inside(living, "shop");
    }

    private static Path prepare(String name, AttemptRef attempt) {
        return host.servers().prepare(ref(name), attempt, Kind.REPLACEMENT, Optional.empty());
    }

    private static AttemptRef restoredBeside(String name) throws Exception {
        AttemptRef attempt = copies.attempt();
        source.full(prepare(name, attempt));
        return attempt;
    }

    private static ServerConnection open(ManagedServers by, String name, AttemptRef attempt) {
        return by.open(ref(name), DISPLAY, attempt, "shop");
    }

    private static String fork(String name) {
        return host.servers().recoveryFork(ref(name)).orElseThrow().toString();
    }

    /** A node that starts finds one server, under the same address, and it is this one. */
    private static void assertServed(ServerConnection address, String name, String who) throws Exception {
        assertThat(host.forgotten().servers().adoptAll())
                .filteredOn(adoption -> adoption.database().equals(ref(name)))
                .singleElement()
                .satisfies(adoption -> assertThat(adoption.problem()).isEmpty());
        assertThat(running(name)).hasSize(1);
        assertThat(column(address, WHO)).containsExactly(who);
    }

    /** The places of a database in which a server runs. */
    private static List<ServerDirectory> running(String name) throws Exception {
        ServerDirectory own = host.directory(ref(name));
        return Stream.of(own, own.aside())
                .filter(place -> Files.exists(place.postmasterFile()))
                .toList();
    }

    private static List<String> left(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static Consumer<Step> dying(Step at) {
        return step -> {
            if (step == at) {
                throw new Death();
            }
        };
    }

    private static void remove(Path file) {
        try {
            Files.delete(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }
}
