// swift-tools-version: 6.2
import Foundation
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The package that is measured. A package by path is known by the name of its directory.
let root = URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent()
    .deletingLastPathComponent().path
let rootName = URL(fileURLWithPath: root).lastPathComponent

func benchmark(
    _ name: String, _ path: String, on products: [String], _ targets: [Target.Dependency] = []
) -> Target {
    .executableTarget(
        name: name,
        dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")]
            + products.map { .product(name: $0, package: rootName) } + targets,
        path: "Sources/\(path)", swiftSettings: settings)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "starling-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(path: root),
    ],
    targets: [
        .target(name: "CEpoll"),
        benchmark("load-generator", "LoadGenerator", on: [], ["CEpoll"]),
        benchmark("learning", "Learning", on: ["Rooms", "Starling"]),
        benchmark("plan-times", "PlanTimes", on: ["Starling"]),
        benchmark("prepared-answers", "PreparedAnswers", on: [], nio),
        benchmark("traversals", "Traversals", on: ["Rooms", "Starling"]),
        benchmark("vectors", "Vectors", on: ["Rooms", "Starling"]),
    ]
)
