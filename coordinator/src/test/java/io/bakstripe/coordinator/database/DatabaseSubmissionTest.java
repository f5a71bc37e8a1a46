package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.NotRegistered;
import io.bakstripe.protocol.message.DatabaseCommand.Probe;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.SubmitReply;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DatabaseSubmissionTest extends AmongProbes {
    @Test
    void refusesByRuleWithoutAskingAnyone() {
        submit(Samples.backup(Samples.COPY, 1), Optional.empty());

        assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.DATABASE_UNKNOWN);
        peers.preflight.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void refusesWhatPreflightRefuses() {
        submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
        preflight(new PreflightReply.Refused(DENIED));

        assertThat(caller.expectMessageClass(SubmitReply.Refused.class).problem())
                .isEqualTo(DENIED);
        peers.instance.expectNoMessage(Duration.ofMillis(100));
        assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
    }

    @Test
    void saysWhenPreflightOrInstanceDoesNotAnswer() {
        submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
        peers.preflight.receiveMessage();
        assertThat(caller.expectMessageClass(SubmitReply.Refused.class, Duration.ofSeconds(3))
                        .problem()
                        .error())
                .isEqualTo(BackupError.CLUSTER_TIMEOUT);

        submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
        passes();
        UUID submission = instanceGets(Register.class).submission();
        assertThat(instanceGets(Register.class).submission()).isEqualTo(submission);
        clock.advance(SETTINGS.registerLimit());
        assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.CLUSTER_TIMEOUT);
        tell(new Registered(submission, ONE));
        assertThat(instanceGets(ProbeAnswer.class)).isEqualTo(new ProbeAnswer(ONE, TaskKnowledge.UNKNOWN));
        assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
    }

    @Test
    void answersARepeatedKeyWithTheRowItHas() {
        created(Samples.backup(Samples.SHOP, 2));

        submit(Samples.backup(Samples.SHOP, 2), Optional.of(new RequestKey("key", "hash")));

        assertThat(caller.expectMessageClass(SubmitReply.Accepted.class).row().taskId())
                .isEqualTo(ONE);
    }

    @Test
    void answersWithTheTaskThatTheInstanceNames() {
        created(Samples.backup(Samples.SHOP, 2));
        submit(Samples.backup(Samples.SHOP, 2), Optional.of(new RequestKey("another", "hash")));
        passes();
        UUID second = instanceGets(Register.class).submission();
        while (second.getLeastSignificantBits() != ids.get()) {
            second = instanceGets(Register.class).submission();
        }

        tell(new NotRegistered(second, Optional.empty(), Optional.of(ONE)));

        assertThat(caller.expectMessageClass(SubmitReply.Accepted.class).row().taskId())
                .isEqualTo(ONE);
    }

    @Test
    void passesOnThatAKeyBelongsToAnotherCall() {
        submit(Samples.backup(Samples.SHOP, 2), Optional.of(new RequestKey("key", "hash")));
        passes();
        Problem reused = BackupError.IDEMPOTENCY_KEY_REUSED.problem();

        tell(new NotRegistered(instanceGets(Register.class).submission(), Optional.of(reused), Optional.empty()));

        assertThat(caller.expectMessageClass(SubmitReply.Refused.class).problem())
                .isEqualTo(reused);
    }

    @Test
    void letsOnlyOneOfTwoRestoresBecomeATask() {
        submit(Samples.restore(Samples.COPY), Optional.empty());
        submit(Samples.restore(Samples.COPY), Optional.empty());
        passes();
        passes();
        tell(new Registered(new UUID(9, 1), ONE));
        caller.expectMessageClass(SubmitReply.Accepted.class);

        tell(new Registered(new UUID(9, 2), ONE.next()));

        assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.RESTORE_PENDING);
        assertThat(instanceGets(ProbeAnswer.class)).isEqualTo(new ProbeAnswer(ONE.next(), TaskKnowledge.UNKNOWN));
    }

    @Test
    void knowsWhatItIsProbedFor() {
        database.runCommand(new Probe(ONE, new UUID(1, 1)));
        assertThat(instanceGets(ProbeAnswer.class).knowledge()).isEqualTo(TaskKnowledge.UNKNOWN);
        submit(Samples.backup(Samples.SHOP, 2), Optional.empty());
        database.runCommand(new Probe(ONE, new UUID(9, 1)));
        assertThat(instanceGets(ProbeAnswer.class).knowledge()).isEqualTo(TaskKnowledge.UNFINISHED);
        passes();
        tell(new Registered(instanceGets(Register.class).submission(), ONE));
        database.runCommand(new Probe(ONE, new UUID(9, 1)));
        assertThat(instanceGets(ProbeAnswer.class).knowledge()).isEqualTo(TaskKnowledge.UNFINISHED);
    }

    @Test
    void stopsWhenItHasHadNothingToDoForAWhile() {
        assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
        shard.expectNoMessage(Duration.ofMillis(150));

        clock.advance(SETTINGS.idle());

        shard.expectMessageClass(ClusterSharding.Passivate.class);
    }

    @Test
    void staysWhileATaskIsUnfinished() {
        created(Samples.backup(Samples.SHOP, 2));

        clock.advance(SETTINGS.idle());

        shard.expectNoMessage(Duration.ofMillis(200));
    }
}
