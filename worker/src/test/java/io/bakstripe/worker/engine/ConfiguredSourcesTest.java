package io.bakstripe.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.worker.engine.ConfiguredSources.HostAgents;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.postgres.PostgresEngine;
import io.bakstripe.worker.engine.postgres.PostgresSettings;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class ConfiguredSourcesTest {
    private static final InstanceName INSTANCE = new InstanceName("prod");
    private static final HostName HOST = new HostName("one");
    private static final ServerConnection SERVER =
            new ServerConnection("h", 1, "bakstripe", "pw", "shop", "jdbc:postgresql://h:1/shop");

    private final HostAgents noAgents = agents((host, database) -> {
        throw new AssertionError("no agent is to be asked");
    });

    @Test
    void findsADeclaredDatabaseInAnyCase() throws Exception {
        assertThat(resolve(noAgents, Optional.empty(), "ORDERS"))
                .isEqualTo(new SourceAddress("jdbc:postgresql://db/orders", "bk", "secret"));
    }

    @Test
    void saysWhenADeclaredDatabaseHasNoLogin() {
        assertFails(noAgents, Optional.empty(), "nologin", BackupError.DATABASE_LOGIN_REFUSED);
    }

    @Test
    void asksTheHostsAgentForManagedDatabases() throws Exception {
        HostAgents agents = agents((host, database) -> {
            assertThat(host).isEqualTo(HOST);
            assertThat(database.folded()).isEqualTo("copy");
            return CompletableFuture.completedFuture(new HostReply.Connected(SERVER, Optional.empty()));
        });

        assertThat(resolve(agents, Optional.of(HOST), "Copy"))
                .isEqualTo(new SourceAddress("jdbc:postgresql://h:1/shop", "bakstripe", "pw"));
    }

    @Test
    void passesOnWhatTheAgentAnswers() {
        Problem problem = BackupError.DATABASE_UNKNOWN.problem("copy", INSTANCE);

        assertFails(
                agents((host, database) -> CompletableFuture.completedFuture(new HostReply.Failed(problem))),
                Optional.of(HOST),
                "copy",
                BackupError.DATABASE_UNKNOWN);
        assertFails(
                agents((host, database) -> CompletableFuture.completedFuture(new HostReply.Discarded(false))),
                Optional.of(HOST),
                "copy",
                BackupError.PROTOCOL_BROKEN);
    }

    @Test
    void saysWhichHostDoesNotAnswer() {
        assertFails(
                agents((host, database) -> CompletableFuture.failedFuture(new TimeoutException("no answer"))),
                Optional.of(HOST),
                "copy",
                BackupError.HOST_UNAVAILABLE);
    }

    @Test
    void knowsNoOtherDatabaseWithoutAHost() {
        assertFails(noAgents, Optional.empty(), "copy", BackupError.DATABASE_UNKNOWN);
    }

    @Test
    void asksTheHostsAgentWhatItOffers() throws Exception {
        assertThat(described(noAgents, Optional.empty())).isEmpty();
        assertThat(described(answering(new HostReply.Described(List.of("15", "18"), 4711)), Optional.of(HOST)))
                .contains(new RestoreHost(HOST, new EngineVersions(List.of("15", "18")), 4711));
        assertThatThrownBy(() -> described(answering(new HostReply.Discarded(false)), Optional.of(HOST)))
                .extracting(failure -> Problem.of(failure).error())
                .isEqualTo(BackupError.PROTOCOL_BROKEN);
    }

    @Test
    void saysWhichHostDoesNotTellWhatItOffers() {
        HostAgents silent =
                agents((host, database) -> CompletableFuture.failedFuture(new TimeoutException("no answer")));

        assertThatThrownBy(() -> described(silent, Optional.of(HOST)))
                .extracting(failure -> Problem.of(failure).error())
                .isEqualTo(BackupError.HOST_UNAVAILABLE);
    }

    @Test
    void knowsTheEnginesItWasGiven() {
        ConfiguredSources sources = sources(noAgents);

        assertThat(sources.engine(view("postgresql", Optional.empty())).name()).isEqualTo("postgresql");
        assertThatThrownBy(() -> sources.engine(view("oracle", Optional.empty())))
                .hasMessageContaining("oracle")
                .extracting(failure -> Problem.of(failure).error())
                .isEqualTo(BackupError.ENGINE_FAILED);
    }

    private static HostAgents answering(HostReply reply) {
        return agents((host, database) -> CompletableFuture.completedFuture(reply));
    }

    /** Answers both questions in the same way. */
    private static HostAgents agents(BiFunction<HostName, DatabaseRef, CompletionStage<HostReply>> answer) {
        return new HostAgents() {
            @Override
            public CompletionStage<HostReply> connect(HostName host, DatabaseRef database) {
                return answer.apply(host, database);
            }

            @Override
            public CompletionStage<HostReply> describe(HostName host) {
                return answer.apply(host, DatabaseRef.of(INSTANCE, new DatabaseName("any")));
            }
        };
    }

    private static Optional<RestoreHost> described(HostAgents agents, Optional<HostName> host) throws Exception {
        return sources(agents)
                .host(view("postgresql", host))
                .toCompletableFuture()
                .get();
    }

    private static void assertFails(HostAgents agents, Optional<HostName> host, String database, BackupError expected) {
        assertThatThrownBy(() -> resolve(agents, host, database))
                .isInstanceOf(ExecutionException.class)
                .extracting(failure -> Problem.of(failure).error())
                .isEqualTo(expected);
    }

    private static SourceAddress resolve(HostAgents agents, Optional<HostName> host, String database) throws Exception {
        return sources(agents)
                .resolve(view("postgresql", host), DatabaseRef.of(INSTANCE, new DatabaseName(database)))
                .toCompletableFuture()
                .get();
    }

    private static ConfiguredSources sources(HostAgents agents) {
        Engine engine = new PostgresEngine(
                PostgresSettings.from(ConfigFactory.load().getConfig("bakstripe.worker")),
                InstantSource.system(),
                UUID::randomUUID);
        return new ConfiguredSources(
                List.of(engine),
                (instance, folded) ->
                        folded.equals("orders") ? Optional.of(new Credentials.Login("bk", "secret")) : Optional.empty(),
                agents);
    }

    private static InstanceView view(String engine, Optional<HostName> host) {
        return new InstanceView(
                new InstanceDefinition(
                        INSTANCE,
                        1,
                        engine,
                        Edition.ENTERPRISE,
                        "us-east-1",
                        "UTC",
                        false,
                        host,
                        List.of(declared("Orders", "jdbc:postgresql://db/orders"), declared("nologin", "jdbc:x"))),
                true);
    }

    private static DeclaredDatabase declared(String name, String url) {
        return new DeclaredDatabase(new DatabaseName(name), Optional.of(url), RecoveryModel.SIMPLE);
    }
}
