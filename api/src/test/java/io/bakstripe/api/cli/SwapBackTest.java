package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.procedure.RestoreRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Databases that are replaced and swapped back, by HTTP and by the command line. */
class SwapBackTest {
    private static final String ADDRESS = "/api/v1/instances/main/databases/Shop/swap-back";
    private static final KeptDatabase KEPT = new KeptDatabase(Instant.parse("2026-03-01T10:00:00Z"), "a-fork");

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static void online(Optional<KeptDatabase> kept) {
        API.cluster()
                .databases
                .put(
                        "shop",
                        new DatabaseInfo(
                                new DatabaseName("shop"),
                                DatabaseState.ONLINE,
                                RecoveryModel.FULL,
                                Optional.of(new ServerConnection(
                                        "127.0.0.1", 5433, "bakstripe", "secret", "shop", "jdbc:postgresql://x/shop")),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                kept));
    }

    @Test
    void swapsWithTheKeptOneAndShowsNoPassword() {
        online(Optional.of(KEPT));

        ServedApi.Answer answer = API.post(ADDRESS, "application/json", "");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().at("/name").asText()).isEqualTo("Shop");
        assertThat(answer.json().at("/kept/since").asText()).isEqualTo("2026-03-01T10:00:00Z");
        assertThat(answer.json().at("/kept/fork").asText()).isEqualTo("a-fork");
        assertThat(answer.response().body()).doesNotContain("secret");
        assertThat(API.cluster().swaps)
                .containsExactly(
                        new FakeCluster.Drop(new InstanceName("main"), new DatabaseName("Shop"), Login.MASTER));
    }

    @Test
    void showsWhatIsKeptInTheDatabasesDocument() {
        online(Optional.of(KEPT));

        assertThat(API.get("/api/v1/instances/main/databases/shop")
                        .json()
                        .at("/kept/fork")
                        .asText())
                .isEqualTo("a-fork");
    }

    @Test
    void refusesWhatCannotBeSwapped() {
        online(Optional.empty());

        ServedApi.Answer nothing = API.post(ADDRESS, "application/json", "");
        assertThat(nothing.status()).isEqualTo(404);
        assertThat(nothing.json().path("code").asText()).isEqualTo(BackupError.NOTHING_KEPT.code());
        assertThat(API.post("/api/v1/instances/other/databases/shop/swap-back", "application/json", "")
                        .status())
                .isEqualTo(404);
        assertThat(API.get(ADDRESS).status()).isEqualTo(405);
    }

    @Test
    void saysWhichOfTheTwoIsDropped() {
        online(Optional.of(KEPT));

        CommandRun kept = run("drop shop");

        assertThat(kept.exit()).as(kept.err()).isZero();
        assertThat(kept.out())
                .isEqualToIgnoringNewLines("dropped the database that was kept of shop since 2026-03-01T10:00:00Z;"
                        + " shop itself stays ONLINE");
        assertThat(run("drop --help").out()).contains("only the kept one is removed, for good");
    }

    @Test
    void swapsByTheCommandLine() throws IOException {
        online(Optional.of(KEPT));

        CommandRun human = run("swap-back shop");
        CommandRun json = run("swap-back shop --json");
        CommandRun listed = run("databases");
        online(Optional.empty());
        CommandRun nothing = run("swap-back shop");

        assertThat(human.exit()).as(human.err()).isZero();
        assertThat(human.out())
                .isEqualToIgnoringNewLines("swapped shop; the other one is kept since 2026-03-01T10:00:00Z");
        assertThat(json.json().at("/kept/fork").asText()).isEqualTo("a-fork");
        assertThat(listed.out()).contains("keptSince", "2026-03-01T10:00:00Z");
        assertThat(nothing.exit()).isEqualTo(1);
        assertThat(nothing.err()).startsWith("error BAK-3181: ");
    }

    @Test
    void asksForAReplacementByTheCommandLine() {
        CommandRun asked = run("restore shop arn:aws:s3:::bucket/shop.bak --replace");
        CommandRun refused = run("restore shop arn:aws:s3:::bucket/shop.bak --replace --norecovery");

        assertThat(asked.exit()).as(asked.err()).isZero();
        assertThat(API.cluster().submissions)
                .singleElement()
                .satisfies(submission -> assertThat(((RestoreRequest) submission.request()).replaces())
                        .isTrue());
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).startsWith("error BAK-2180: ");
    }

    private static CommandRun run(String line) {
        return CommandRun.against(API, line.split(" "));
    }
}
