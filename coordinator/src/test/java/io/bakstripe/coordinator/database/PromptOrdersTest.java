package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Orders follow the reports that call for them at once: the tick only repeats what may have been lost, and here there is none. */
class PromptOrdersTest extends AmongProbes {
    private static final Lsn STOP = Lsn.parse("0/5000000");

    @Override
    Config config() {
        return ConfigFactory.parseString("bakstripe.coordinator.tick = 1 hour").withFallback(super.config());
    }

    @Test
    void aLogBackupWaitsForNoTick() {
        database.initialize(Given.logged());
        submit(
                new BackupRequest(Samples.SHOP, BackupType.LOG, S3Arn.parse("arn:aws:s3:::bucket/l"), false, 1, false),
                Optional.empty());
        passes();
        tell(new Registered(instanceGets(Register.class).submission(), ONE));
        tell(new SlotGranted(ONE));
        passes();
        session(tick -> tick.goal() == SessionGoal.OPEN);
        tell(new SessionOpened(Given.FIRST, 1, Samples.log().start(), List.of(1_000L), 3));
        stripe(1, StripeGoal.STREAM);
        tell(Given.stripe(1, StripeState.DRAINED, 1_000));
        session(tick -> tick.goal() == SessionGoal.STOP_ENGINE);
        tell(new EngineStopped(
                Given.FIRST, 1, new StopFacts(STOP, Samples.NOON, 2, 32 << 20), List.of(), List.of(0L), 3));
        stripe(1, StripeGoal.CLOSE);
        tell(Given.stripe(1, StripeState.PREPARED, 1_000));
        passes();
        stripe(1, StripeGoal.PUBLISH);
        tell(Given.stripe(1, StripeState.PUBLISHED, 1_000));

        assertThat(session(tick -> tick.goal() == SessionGoal.END).published()).contains(STOP);

        tell(new SessionEnded(Given.FIRST, 1));
        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
    }
}
