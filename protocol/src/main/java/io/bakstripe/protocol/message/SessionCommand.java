package io.bakstripe.protocol.message;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.util.List;
import java.util.Optional;

/**
 * Commands to a backup session, which holds the engine's backup open on one connection. The entity id is {@code AttemptRef.entityId()}.
 *
 * <p>A session is not durable: when its node or its connection goes, the attempt is over, and it says so with {@link
 * DatabaseCommand.SessionFailed}.
 */
public sealed interface SessionCommand extends SessionMessage, CborSerializable {
    EntityTypeKey<SessionCommand> KEY = EntityTypeKey.create(SessionCommand.class, "backup-session");

    /**
     * The coordinator's tick: be there and move towards {@code goal}. Answered with the report of the state reached so far, if any.
     *
     * @param opened what the coordinator has recorded of {@link DatabaseCommand.SessionOpened} of this attempt: a session that knows nothing of it
     *     is a fresh one and must report the loss instead of opening again, unless {@code stopped} is there
     * @param stopped what it has recorded of {@link DatabaseCommand.EngineStopped}: with it and {@code opened} a fresh session can hold the log
     *     again and make the same closing plan
     * @param published with {@link SessionGoal#END}, of a log backup that is published: the log before this position need not be kept by the server any
     *     longer. Even a fresh session gives it back before it says that it has ended
     */
    record Ensure(
            long epoch,
            SessionSpec spec,
            SessionGoal goal,
            Optional<StartFacts> opened,
            Optional<StoppedEngine> stopped,
            Optional<Lsn> published)
            implements SessionCommand {
        /** Of a backup of which no log is to be given back. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public Ensure(
                long epoch,
                SessionSpec spec,
                SessionGoal goal,
                Optional<StartFacts> opened,
                Optional<StoppedEngine> stopped) {
            this(epoch, spec, goal, opened, stopped, Optional.empty());
        }
    }

    /**
     * What is recorded of an engine's backup that was stopped.
     *
     * @param inline the closing plan's small files (labels and the like), which exist nowhere else
     */
    record StoppedEngine(StopFacts facts, List<Extent> inline) {
        public StoppedEngine {
            inline = List.copyOf(inline);
        }
    }

    record SessionSpec(
            AttemptRef attempt,
            DatabaseRef database,
            DatabaseName display,
            InstanceView view,
            int stripes,
            BackupBasis basis) {
        /** Of a full backup of a database whose log is not backed up. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public SessionSpec(
                AttemptRef attempt, DatabaseRef database, DatabaseName display, InstanceView view, int stripes) {
            this(attempt, database, display, view, stripes, BackupBasis.full(false));
        }
    }

    enum SessionGoal {
        /** Open the engine's backup and cut the data plan. */
        OPEN,
        /** Stop the engine's backup, keep its log held, cut the closing plan. */
        STOP_ENGINE,
        /** Release everything on the server and end. */
        END
    }

    /**
     * Asks for one page of a stripe's plan; pages are numbered from 0 and hold at most 200 KiB.
     *
     * @param stripe the media family number, 1 for the first
     */
    record FetchSlices(int stripe, PlanKind plan, int page, ActorRef<SlicesReply> replyTo) implements SessionCommand {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = SlicesReply.Slices.class, name = "slices"),
        @JsonSubTypes.Type(value = SlicesReply.Gone.class, name = "gone")
    })
    sealed interface SlicesReply extends CborSerializable {
        /** @param last no page follows */
        record Slices(int page, List<Extent> extents, boolean last) implements SlicesReply {
            public Slices {
                extents = List.copyOf(extents);
            }
        }

        /** The session has no such plan: it was lost, or has not got so far. */
        record Gone(Problem problem) implements SlicesReply {}
    }
}
