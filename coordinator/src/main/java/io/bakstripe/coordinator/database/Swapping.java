package io.bakstripe.coordinator.database;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackBegun;
import io.bakstripe.coordinator.journal.DatabaseEvent.SwapBackEnded;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.message.DatabaseCommand.SwapBack;
import io.bakstripe.protocol.message.DatabaseMessage;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.SwapReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Swaps a database with the one that is kept of it. The wish is recorded before the host is asked, and the host is asked until it answers, by the next incarnation of
 * the coordinator, too: the question names the history that is to be served, so that asking again swaps nothing back. Who waits for the answer lives in memory only.
 */
final class Swapping {
    /** The host has answered, or has not. */
    record HostDone(Optional<HostReply.Swapped> swapped, Optional<Problem> silence)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    private record Caller(ActorRef<SwapReply> replyTo, DatabaseName display) {}

    private final ActorContext<DatabaseMessage> context;
    private final DatabaseRef database;
    private final DatabaseSettings settings;
    private final Peers peers;
    private boolean asked;
    private Optional<Caller> caller = Optional.empty();

    Swapping(ActorContext<DatabaseMessage> context, DatabaseRef database, DatabaseSettings settings, Peers peers) {
        this.context = context;
        this.database = database;
        this.settings = settings;
        this.peers = peers;
    }

    void forget() {
        asked = false;
        caller = Optional.empty();
    }

    /** What to record; empty when the call is refused, which the caller has been told then. */
    Optional<SwapBackBegun> begin(DatabaseRecord state, SwapBack call, boolean dropping, Instant now) {
        Optional<Problem> refusal = dropping
                ? Optional.of(BackupError.BEING_DROPPED.problem(call.database()))
                : ReplacementRules.swapRefusal(state, call.view(), call.database());
        Optional<HostName> host = call.view().definition().host();
        if (refusal.isPresent() || host.isEmpty()) {
            call.replyTo()
                    .tell(new SwapReply.Refused(refusal.orElseGet(() ->
                            BackupError.INSTANCE_NOT_MANAGED.problem(call.view().name()))));
            return Optional.empty();
        }
        caller = Optional.of(new Caller(call.replyTo(), SubmissionRules.display(state, call.view(), call.database())));
        return Optional.of(new SwapBackBegun(state.lastTask(), call.login().name(), host.get(), now));
    }

    /** Asks the host what was recorded to be asked, unless that is under way. */
    void askIfDue(DatabaseRecord state) {
        if (asked) {
            return;
        }
        state.kept()
                .ifPresent(kept -> kept.swappingAt().ifPresent(host -> {
                    asked = true;
                    context.ask(
                            HostReply.class,
                            peers.host(host),
                            settings.dropLimit(),
                            replyTo -> new HostCommand.SwapBack(
                                    database, kept.database().fork(), replyTo),
                            (reply, silence) -> done(host, reply));
                }));
    }

    private static HostDone done(HostName host, @Nullable HostReply reply) {
        if (reply instanceof HostReply.Swapped swapped) {
            return new HostDone(Optional.of(swapped), Optional.empty());
        }
        Problem problem = reply instanceof HostReply.Failed failed
                ? failed.problem()
                : BackupError.HOST_UNAVAILABLE.problem(host);
        return new HostDone(Optional.empty(), Optional.of(problem));
    }

    /** Nothing to record when the host did not say how the two stand: it will be asked again, but nobody waits for that. */
    Decided done(DatabaseRecord state, HostDone done, Instant now) {
        asked = false;
        done.silence().ifPresent(problem -> answer(waiting -> waiting.replyTo().tell(new SwapReply.Refused(problem))));
        return Decided.of(
                done.swapped()
                        .filter(swapped -> state.swapping())
                        .map(swapped -> new SwapBackEnded(state.lastTask(), swapped.kept(), now)),
                next -> done.swapped().ifPresent(this::tell));
    }

    /** Tells whoever waits, once the end is recorded. */
    private void tell(HostReply.Swapped swapped) {
        answer(waiting -> waiting.replyTo().tell(reply(waiting, swapped)));
    }

    private static SwapReply reply(Caller waiting, HostReply.Swapped swapped) {
        Optional<KeptDatabase> kept = swapped.kept();
        return swapped.problem().isEmpty() && kept.isPresent()
                ? new SwapReply.Swapped(waiting.display(), kept.get())
                : new SwapReply.Refused(
                        swapped.problem().orElseGet(() -> BackupError.NOTHING_KEPT.problem(waiting.display())));
    }

    private void answer(Consumer<Caller> answer) {
        caller.ifPresent(answer);
        caller = Optional.empty();
    }
}
