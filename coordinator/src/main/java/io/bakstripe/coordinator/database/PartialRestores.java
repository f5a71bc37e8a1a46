package io.bakstripe.coordinator.database;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.DatabaseCommand.ClearPartial;
import io.bakstripe.protocol.message.DatabaseCommand.PartialReply;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Asks all databases of an instance whether they may be dropped should they be partially restored, and drops those that are (row D2): none unless all may be.
 *
 * <p>Lives for one question. It keeps nothing: whoever asks again, after a failure or a restart, finds dropped what is dropped, and is not told its name any more. A
 * database that does not answer in time is a refusal that may be asked again; if it is dropped nevertheless, only its own coordinator's log names it.
 */
final class PartialRestores extends AbstractBehavior<PartialRestores.Message> {
    /**
     * @param login name of who restores the snapshot
     * @param drop whether they are dropped, or only asked about
     */
    record Question(InstanceView view, String login, boolean drop, Duration limit) {}

    /**
     * How it ended.
     *
     * @param problem why they may not be dropped, or why one was not; absent when all is well
     * @param dropped the names of those that were dropped now, also where another one was not
     */
    record Outcome(Optional<Problem> problem, List<DatabaseName> dropped) {
        Outcome {
            dropped = List.copyOf(dropped);
        }
    }

    sealed interface Message {}

    /** @param databases absent when the instance did not answer */
    private record Known(Optional<List<DatabaseName>> databases) implements Message {}

    /** @param index of the database that has answered */
    private record Answered(int index, PartialReply reply) implements Message {}

    private final Question question;
    private final Peers peers;
    private final Consumer<Outcome> answer;
    private final Map<Integer, PartialReply> answers = new TreeMap<>();
    private List<DatabaseName> databases = List.of();
    private boolean dropping;

    private PartialRestores(ActorContext<Message> context, Question question, Peers peers, Consumer<Outcome> answer) {
        super(context);
        this.question = question;
        this.peers = peers;
        this.answer = answer;
        context.ask(
                InstanceDescription.class,
                peers.instance(question.view().name()),
                question.limit(),
                Describe::new,
                (description, silence) ->
                        new Known(Optional.ofNullable(description).map(InstanceDescription::databases)));
    }

    /** @param answer told once, from this actor */
    static Behavior<Message> create(Question question, Peers peers, Consumer<Outcome> answer) {
        return Behaviors.setup(context -> new PartialRestores(context, question, peers, answer));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Known.class, this::known)
                .onMessage(Answered.class, this::answered)
                .build();
    }

    private Behavior<Message> known(Known known) {
        if (known.databases().isEmpty()) {
            return end(Optional.of(BackupError.CLUSTER_TIMEOUT.problem(
                    "instance '" + question.view().name() + "'")));
        }
        databases = known.databases().get();
        return ask(false);
    }

    private Behavior<Message> ask(boolean drop) {
        dropping = drop;
        answers.clear();
        if (databases.isEmpty()) {
            return end(Optional.empty());
        }
        for (int index = 0; index < databases.size(); index++) {
            int asked = index;
            DatabaseName database = databases.get(index);
            getContext()
                    .ask(
                            PartialReply.class,
                            peers.database(DatabaseRef.of(question.view().name(), database)),
                            question.limit(),
                            replyTo -> new ClearPartial(question.view(), question.login(), drop, replyTo),
                            (reply, silence) -> new Answered(
                                    asked,
                                    reply == null
                                            ? new PartialReply(Optional.of(BackupError.CLUSTER_TIMEOUT.problem(
                                                    "the coordinator of database '" + database + "'")))
                                            : reply));
        }
        return this;
    }

    private Behavior<Message> answered(Answered answered) {
        answers.put(answered.index(), answered.reply());
        if (answers.size() < databases.size()) {
            return this;
        }
        Optional<Problem> first = answers.values().stream()
                .flatMap(reply -> reply.problem().stream())
                .findFirst();
        return first.isPresent() || dropping || !question.drop() ? end(first) : ask(true);
    }

    private Behavior<Message> end(Optional<Problem> problem) {
        answer.accept(new Outcome(
                problem,
                answers.values().stream()
                        .flatMap(reply -> reply.dropped().stream())
                        .toList()));
        return Behaviors.stopped();
    }
}
